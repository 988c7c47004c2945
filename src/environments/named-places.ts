/**
 * The places of those requirements whose package a resolver's message names, each on a line of its own.
 *
 * `nameOf` gives the package that a requirement is about.
 */
export function namedPlaces(
  message: string,
  places: ReadonlyMap<string, string>,
  nameOf: (requirement: string) => string,
): string {
  const words = new Set(
    message
      .toLowerCase()
      .split(/[^\w.-]+/)
      .map((word) => word.replace(/[.-]+$/, '')),
  );
  const lines = [...places].filter(([requirement]) => words.has(nameOf(requirement)) || message.includes(requirement));
  return lines.map(([requirement, place]) => `\n  ${place}: ${requirement}`).join('');
}
