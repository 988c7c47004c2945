import { type ExplicitPackage, emptyFile, fileInvalid, type RequestFile } from '../request-file.ts';

const hint = 'A line is the address of a package, with its sum behind “#”: https://…/linux-64/zlib-1.3-0.conda#0123…';

/** conda's explicit file (`conda list --explicit --md5`): addresses, each with an MD5 or a SHA-256 behind `#`. */
export function readExplicit(file: string, text: string): RequestFile {
  const explicit = text.split('\n').flatMap((whole, index): ExplicitPackage[] => {
    const line = whole.trim();
    if (line === '' || line.startsWith('#') || line === '@EXPLICIT') return [];
    return [readLine(file, line, index + 1)];
  });
  if (explicit.length === 0) throw fileInvalid(file, 1, 'it lists no packages.', hint);
  return { ...emptyFile('explicit', file, text), explicit };
}

function readLine(file: string, text: string, line: number): ExplicitPackage {
  const [url = '', sum = ''] = text.split('#');
  if (!/^(https?|file):\/\/\S+\/[^/\s]+\/[^/\s]+-[^-/\s]+-[^-/\s]+\.(conda|tar\.bz2)$/.test(url)) {
    throw fileInvalid(file, line, `${JSON.stringify(url)} is not the address of a conda package.`, hint);
  }
  if (sum === '') return { url, line };
  const digits = sum.replace(/^(sha256|md5):/, '');
  if (/^[0-9a-f]{32}$/i.test(digits)) return { url, line, md5: digits.toLowerCase() };
  if (/^[0-9a-f]{64}$/i.test(digits)) return { url, line, sha256: digits.toLowerCase() };
  throw fileInvalid(file, line, `${JSON.stringify(sum)} is neither an MD5 nor a SHA-256.`, hint);
}
