import type { Package } from './environment.ts';

/** One way from what was asked for to a package: `['requests', 'urllib3']`. */
export type Path = readonly string[];

/**
 * The shortest way to a package from each thing that was asked for and needs it; of what nobody asked for, from what
 * nothing else needs. Sorted; empty when the package itself stands alone or is not there.
 */
export function whyInstalled(packages: readonly Package[], name: string): Path[] {
  const neededBy = new Map<string, string[]>();
  for (const item of packages) {
    for (const needed of item.needs) neededBy.set(needed, [...(neededBy.get(needed) ?? []), item.name]);
  }
  const isStart = new Set(
    packages.filter((item) => item.requested || !neededBy.has(item.name)).map((item) => item.name),
  );
  const found: Path[] = [];
  const seen = new Set([name]);
  let front: Path[] = [[name]];
  while (front.length > 0) {
    const next: Path[] = [];
    for (const path of front) {
      for (const above of (neededBy.get(path[0] as string) ?? []).filter((one) => !seen.has(one))) {
        seen.add(above);
        const longer = [above, ...path];
        if (isStart.has(above)) found.push(longer);
        next.push(longer);
      }
    }
    front = next;
  }
  return found.sort((a, b) => (a.join(' ') < b.join(' ') ? -1 : 1));
}
