import path from 'node:path';
import { expandTemplate, type Profile, type Site } from '../site/index.ts';
import { answerOf } from './ask.ts';
import type { Amount, Usage } from './quota-rows.ts';
import { parseTable, type Table, type TableRow } from './rcc-table.ts';

/** What a quota leaves in a directory. */
export interface Allowance {
  /** Whose quota pays: a group's name, or what the site calls a user's own place. */
  readonly payer: string;
  /** Up to the limit that the profile names (`quota.refuse_over`); null: there is none. */
  readonly filesLeft: number | null;
  readonly bytesLeft: number | null;
  /** ISO time of the count; null: now. */
  readonly countedAt: string | null;
  /** Counted so long ago that it may be told, but refuse nobody. */
  readonly isOld: boolean;
}

/** Milliseconds: a person who has freed space must not be refused for what was there before. */
const old = 15 * 60_000;

/**
 * What the quota of whoever pays for a directory leaves, by the profile's `quota.reader`; null where nobody can tell.
 *
 * Throws nothing: without an answer there is no allowance.
 */
export async function allowanceAt(site: Site, directory: string, now = Date.now()): Promise<Allowance | null> {
  const { quota, storage } = site.profile;
  if (!quota?.reader || quota.reader === 'none') return null;
  const area = areaOf(storage, directory);
  if (!area) return null;
  if (quota.reader === 'rcc-table') {
    const said = await answerOf('quota', []);
    return said?.exitCode === 0 ? allowanceIn(parseTable(said.stdout), area, quota.refuse_over, now) : null;
  }
  const { askFileSystem } = await import('./file-system-quota.ts');
  const found = await askFileSystem(quota.reader, area.owner, directory);
  return found && { ...leftOf(found, quota.refuse_over), payer: found.payer, countedAt: null, isOld: false };
}

function leftOf({ bytes, files }: Usage, limit: 'soft' | 'hard'): Pick<Allowance, 'bytesLeft' | 'filesLeft'> {
  const left = (amount: Amount) => (amount[limit] > 0 ? Math.max(0, amount[limit] - amount.used) : null);
  return { bytesLeft: left(bytes), filesLeft: left(files) };
}

export interface Area {
  readonly name: string;
  readonly owner: 'user' | 'group';
  /** What all of the area's directories begin with, such as `/project`. */
  readonly mount: string;
  /** The directory below it: a group's name. */
  readonly folder: string;
}

/** The area of the profile that a directory is in: the one with the longest path. */
export function areaOf(storage: Profile['storage'], directory: string): Area | null {
  const found = Object.entries(storage).flatMap(([name, { path: template, owner }]): Area[] => {
    const mount = fixedPart(template);
    if (!mount || (owner !== 'user' && owner !== 'group')) return [];
    const [folder = '', ...rest] = path.relative(mount, directory).split(path.sep);
    return folder === '..' || (folder === '' && rest.length > 0) ? [] : [{ name, owner, mount, folder }];
  });
  return found.sort((a, b) => b.mount.length - a.mount.length)[0] ?? null;
}

/** `/project` of `/project/$PI`; what begins with a variable, as that variable is now. */
function fixedPart(template: string): string | undefined {
  const fixed = template.startsWith('/') ? template.split('$')[0] : undefined;
  if (fixed && fixed !== '/') return path.resolve(fixed);
  try {
    return path.dirname(path.resolve(expandTemplate(template)));
  } catch {
    return undefined;
  }
}

/** The rows that pay for an area. One group has a row for each file system: only the one mounted there counts. */
export function allowanceIn(table: Table, area: Area, limit: 'soft' | 'hard', now: number): Allowance | null {
  const rows = table.rows.filter((row) => (area.owner === 'group' ? isGroups(row, area) : isUsers(row, area)));
  const payer = rows[0]?.name;
  // Two that fit are one too many to say which.
  if (payer === undefined || rows.some(({ name }) => name !== payer)) return null;
  const left = (kind: TableRow['kind']) => {
    const row = rows.find((one) => one.kind === kind);
    return row && row[limit] > 0 ? Math.max(0, row[limit] - row.used) : null;
  };
  const { countedAt } = table;
  return {
    payer,
    filesLeft: left('files'),
    bytesLeft: left('blocks'),
    countedAt: countedAt === null ? null : new Date(countedAt).toISOString(),
    isOld: countedAt !== null && now - countedAt > old,
  };
}

function isGroups({ scope, name, section }: TableRow, { mount, folder }: Area): boolean {
  if (scope !== 'group' || name !== folder || section === null) return false;
  const mounted = /mounted at ([^)\s]+)/.exec(section)?.[1];
  return mounted ? mounted === mount : section.split(/\s/)[0] === path.basename(mount);
}

/** `home`, `Midway3 home`, `Midway3-home`, `scratch/midway3`. */
function isUsers({ scope, name }: TableRow, area: Area): boolean {
  return (
    scope === 'user' &&
    name
      .toLowerCase()
      .split(/[\s/-]/)
      .includes(area.name)
  );
}
