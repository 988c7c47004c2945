/** One limit of one payer, as the University of Chicago's `quota` prints it. */
export interface TableRow {
  /** `>>> Capacity Filesystem: …` above it; null for the rows before the first one. */
  readonly section: string | null;
  readonly name: string;
  readonly scope: 'user' | 'group';
  readonly kind: 'blocks' | 'files';
  /** Bytes or files; a limit of 0 is none. */
  readonly used: number;
  readonly soft: number;
  readonly hard: number;
}

export interface Table {
  /** When it was counted, in milliseconds; null where it does not say. The table is a snapshot, at times hours old. */
  readonly countedAt: number | null;
  readonly rows: readonly TableRow[];
}

const rowPattern = /^(.*?)\s+(blocks|files)\s+\((user|group)\)\s+(\S+)\s+(\S+)\s+(\S+)\s+\S/;

/**
 * Reads the table in each of its three known layouts: names may hold spaces, and stand on a payer's first row or on both;
 * a figure over its limit has a `*`. Lines that are no rows are passed over.
 */
export function parseTable(text: string): Table {
  const rows: TableRow[] = [];
  let section: string | null = null;
  let countedAt: number | null = null;
  let last = '';
  for (const line of text.split('\n')) {
    section = /^>>> Capacity Filesystem:\s*(.+)$/.exec(line)?.[1]?.trim() ?? section;
    const [, day, time] = /updated at\s*:\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(line) ?? [];
    if (day) countedAt = new Date(`${day}T${time}`).getTime();
    const [, name = '', kind, scope, ...figures] = rowPattern.exec(line) ?? [];
    const [used, soft, hard] = figures.map(amount);
    if (!kind || used === undefined || soft === undefined || hard === undefined) continue;
    last = name.trim() || last;
    rows.push({ section, name: last, scope: scope as 'user', kind: kind as 'files', used, soft, hard });
  }
  return { countedAt, rows };
}

const powers = 'KMGTP';

/** `8.77G` in bytes, `123456*` as a number; undefined for what is neither. Units are powers of 1024. */
function amount(text: string): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([KMGTP]?)B?\*?$/.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * 1024 ** (unit ? powers.indexOf(unit) + 1 : 0));
}
