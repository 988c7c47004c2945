/** Bytes of bytecode for one of source where nothing was measured: over 6,000 files for each version. */
const usual: Readonly<Record<string, number>> = { '3.9': 0.87, '3.10': 0.88, '3.11': 1.49, '3.12': 1.24 };

/** Bytes of bytecode for one of source, as a mean, for a version such as `3.12` or `3.12.1`. */
export function bytecodeRatio(version: string): number {
  return usual[version.split('.').slice(0, 2).join('.')] ?? 1.33;
}
