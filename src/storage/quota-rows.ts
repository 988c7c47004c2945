/** What is used of something, and its limits; a limit of 0 is none. */
export interface Amount {
  readonly used: number;
  readonly soft: number;
  readonly hard: number;
}

/** What one payer has on one file system. */
export interface Usage {
  readonly payer: string;
  /** As the program names it: a mount point, a device, an export, or what it was asked about. */
  readonly fileSystem: string;
  readonly bytes: Amount;
  readonly files: Amount;
}

/** Figures in units of 1024 bytes, as lfs-quota(1) without -h and quota(1) without -s print them. */
const unit = 1024;

/**
 * Reads what `lfs quota` (Lustre) and `quota` (Linux quota tools) print, which is the same table:
 *
 *     Disk quotas for grp rz (gid 1002):
 *          Filesystem  kbytes   quota   limit   grace   files   quota   limit   grace
 *         /lustre/hebe 8183208892  107374182400 161061273600       - 2191882       0       0       -
 *
 * A long name may have its figures on the next line; a figure over its limit has a `*`. One in brackets is a guess of
 * Lustre's while a server is away: such a row is passed over, and so is every line that is no row.
 */
export function parseRows(text: string): Usage[] {
  const found: Usage[] = [];
  let payer = '';
  let alone = '';
  for (const line of text.split('\n')) {
    const named = /^Disk quotas for \w+ (.+) \(\w+ \d+\):/.exec(line)?.[1];
    payer = named ?? payer;
    const words = line.trim().split(/\s+/);
    const [first = ''] = words;
    const figures = figuresOf(alone === '' ? words.slice(1) : words);
    if (figures && payer !== '') found.push({ payer, fileSystem: alone || first, ...figures });
    alone = words.length === 1 && named === undefined ? first : '';
  }
  return found;
}

/** Six figures and a grace behind each third one, which `quota` leaves out where there is none. */
function figuresOf(words: readonly string[]): Pick<Usage, 'bytes' | 'files'> | undefined {
  const isFigure = (word: string | undefined) => word !== undefined && /^\d+\*?$/.test(word);
  const grace = isFigure(words[3]) && words.length < 8 ? 3 : 4;
  const six = [...words.slice(0, 3), ...words.slice(grace, grace + 3)];
  if (words.length < 6 || words.length > 8 || six.length < 6 || !six.every(isFigure)) return undefined;
  const [used, soft, hard, files, softFiles, hardFiles] = six.map((word) => Number.parseInt(word, 10)) as Six;
  return {
    bytes: { used: used * unit, soft: soft * unit, hard: hard * unit },
    files: { used: files, soft: softFiles, hard: hardFiles },
  };
}

type Six = [number, number, number, number, number, number];

/**
 * Reads `mmlsquota -Y` (IBM Storage Scale, GPFS): fields behind colons, named by the line that has `HEADER`; sizes in KiB.
 *
 *     mmlsquota::HEADER:version:reserved:reserved:filesystemName:quotaType:id:name:blockUsage:blockQuota:blockLimit:…
 */
export function parseScale(text: string): Usage[] {
  let names: string[] = [];
  return text.split('\n').flatMap((line): Usage[] => {
    const fields = line.split(':');
    if (fields[0] !== 'mmlsquota') return [];
    if (fields[2] === 'HEADER') {
      names = fields;
      return [];
    }
    const value = (name: string) => decode(fields[names.indexOf(name)] ?? '');
    const amount = (kind: 'block' | 'files', size: number): Amount => {
      const [used, soft, hard] = ['Usage', 'Quota', 'Limit'].map(
        (end) => Number(value(kind + end) || Number.NaN) * size,
      );
      return { used: used ?? Number.NaN, soft: soft ?? Number.NaN, hard: hard ?? Number.NaN };
    };
    const row = {
      payer: value('name'),
      fileSystem: value('filesystemName'),
      bytes: amount('block', unit),
      files: amount('files', 1),
    };
    const all = [...Object.values(row.bytes), ...Object.values(row.files)];
    return row.payer !== '' && all.every(Number.isFinite) ? [row] : [];
  });
}

/** A colon in a field stands as `%3A`. */
function decode(field: string): string {
  try {
    return decodeURIComponent(field);
  } catch {
    return field;
  }
}
