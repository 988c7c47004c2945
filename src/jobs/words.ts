const steps = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** `36 hours`, `1 hour 30 minutes`, `2 days`: for a person. Days only where they come out even. */
export function timeInWords(seconds: number): string {
  let rest = Math.round(seconds);
  const parts = steps.flatMap(([unit, length]) => {
    const count = unit === 'day' && (rest % length !== 0 || rest < 2 * length) ? 0 : Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`];
  });
  return parts.slice(0, 2).join(' ') || '0 seconds';
}

/** `36h`, `90m`, `30s`, as `--time` takes it. */
export function typedTime(seconds: number): string {
  const [letter, length] = (
    [
      ['h', 3600],
      ['m', 60],
      ['s', 1],
    ] as const
  ).find(([, unit]) => seconds % unit === 0) ?? ['s', 1];
  return `${seconds / length}${letter}`;
}

/** MiB as `8G`, `1500M`, `1.5T`: as `--mem` takes it, rounded down where it is long. */
export function typedMemory(mebibytes: number): string {
  const [letter, size] =
    mebibytes >= 1024 ** 2 ? ['T', 1024 ** 2] : mebibytes >= 10_240 || mebibytes % 1024 === 0 ? ['G', 1024] : ['M', 1];
  const value = mebibytes / Number(size);
  return `${Number.isInteger(value) ? value : Math.floor(value * 10) / 10}${letter}`;
}

/** `a`, `a or b`, `a, b or c`; of many the first ones. */
export function oneOf(names: readonly string[], most = 6): string {
  if (names.length > most) return `${names.slice(0, most).join(', ')}, …`;
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
