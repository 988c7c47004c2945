/** Exit status of every command: 1, the answer is no; 2, it could not be done or was used wrongly. */
export type ExitStatus = 1 | 2;

/**
 * A failure a person can act on: what failed, on which thing, what the program said.
 *
 * `code` is stable and printed by `--json`; `hint` is the next command to type.
 */
export class PierError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitStatus: ExitStatus;

  constructor(
    code: string,
    message: string,
    options: { readonly hint?: string; readonly cause?: unknown; readonly exitStatus?: ExitStatus } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'PierError';
    this.code = code;
    this.hint = options.hint;
    this.exitStatus = options.exitStatus ?? 2;
  }
}

/** The `errno` name of a system error (`ENOENT`, `EDQUOT`, …), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
