import { PierError } from '../files/index.ts';
import { requirementName } from './distributions.ts';

/** Sums that a line asks for: what is installed of the package is to have one of them. */
export interface RequiredSums {
  /** As an index compares it. */
  readonly name: string;
  /** The one version that the sums are of; null when the line leaves it open. */
  readonly version: string | null;
  /** Such as `sha256:4721f3…`, in lower case. */
  readonly sums: readonly string[];
  /** Where the line stands, such as `requirements.txt:3`; null when it was typed. */
  readonly place: string | null;
}

const option = /\s--hash(?:\s*=\s*|\s+)(\S+)/g;

/** Hexadecimal digits of each kind that uv knows. */
const digits: Readonly<Record<string, number>> = { md5: 32, sha256: 64, sha384: 96, sha512: 128, blake2b: 128 };

/** A requirement without the sums behind it. */
export function withoutSums(line: string): string {
  return line.replace(option, '').trim();
}

/**
 * What `--hash` asks for in a line as pip has it; none where there is no `--hash`.
 *
 * Throws `spec-invalid` for what is no sum, and where the package has no name to hold the sums by.
 */
export function requiredSums(line: string, place: string | null): RequiredSums[] {
  if (!/\s--hash\b/.test(line)) return [];
  const where = place === null ? '' : `${place}: `;
  const sums = [...line.matchAll(option)].map(([, sum = '']) => sum.toLowerCase());
  const bad = sums.find((sum) => !isSum(sum));
  if (bad !== undefined || sums.length === 0) {
    throw new PierError('spec-invalid', `${where}${JSON.stringify(bad ?? line)} is no sum.`, {
      hint: 'Such as --hash=sha256: and 64 hexadecimal digits.',
    });
  }
  const requirement = withoutSums(line);
  if (!/^[A-Za-z0-9][\w.-]*\s*([[(@<>=!~;]|$)/.test(requirement)) {
    throw new PierError('spec-invalid', `${where}the sums of ${requirement} are of a package without a name.`, {
      hint: 'Write its name in front: NAME @ ADDRESS --hash=…',
    });
  }
  const version = /^[\w.-]+\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,*]+)\s*(?:;|$)/.exec(requirement)?.[1] ?? null;
  return [{ name: requirementName(requirement), version, sums, place }];
}

function isSum(text: string): boolean {
  const [kind = '', sum = ''] = text.split(':');
  return sum.length === digits[kind] && /^[0-9a-f]+$/.test(sum) && text === `${kind}:${sum}`;
}
