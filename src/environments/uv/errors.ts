import { PierError } from '../../files/index.ts';
import { lastLines, type RunResult } from '../../process/index.ts';

interface Row {
  readonly pattern: RegExp;
  readonly code: string;
  readonly message: (doing: string, stderr: string) => string;
  readonly hint: string;
}

/** What uv says on stderr, first match first. Each row is provoked by the real uv in test/real/environments-errors.test.ts. */
const rows: readonly Row[] = [
  {
    pattern: /No space left on device|os error 28|Disk quota exceeded|os error 122/,
    code: 'no-space',
    message: (doing) => `${doing}: the disk is full or your quota is used up.`,
    hint: 'Free some space or files (df -h and df -i show where), then try again.',
  },
  {
    pattern: /Failed to initialize cache/,
    code: 'cannot-write',
    message: (doing, stderr) => `${doing}: uv cannot use its cache. ${lastCause(stderr)}`,
    hint: 'Set UV_CACHE_DIR to a directory you can write (or caches.uv in the site profile).',
  },
  {
    pattern: /Packages were unavailable because the network was disabled|Network connectivity is disabled/,
    code: 'offline',
    message: (doing, stderr) =>
      `${doing}: nothing can be downloaded, and uv's cache lacks something. ${reason(stderr)}`,
    hint: 'Try again where there is a network, such as on a login node; what was downloaded stays in uv’s cache.',
  },
  {
    pattern: /invalid peer certificate/,
    code: 'certificate-unknown',
    message: (doing, stderr) =>
      `${doing}: the package index shows a certificate that is not trusted. ${reason(stderr)}`,
    hint: 'If your site has a certificate of its own: export UV_SYSTEM_CERTS=1 takes those of this system (an older uv: UV_NATIVE_TLS=1), and export SSL_CERT_FILE=FILE one file.',
  },
  {
    pattern: /401 Unauthorized|403 Forbidden/,
    code: 'index-refuses',
    message: (doing, stderr) => `${doing}: the package index refuses. ${reason(stderr)}`,
    hint: 'Check the address and the sign-in of the index (packages.index in the site profile, UV_DEFAULT_INDEX).',
  },
  {
    pattern: /Hash mismatch/,
    code: 'package-damaged',
    message: (doing, stderr) => `${doing}: a download is not what the index promised. ${reason(stderr)}`,
    hint: 'Try again; if it stays, remove what uv kept of it: uv cache clean NAME',
  },
  {
    pattern: /error sending request|Failed to fetch|dns error|Request failed after/,
    code: 'offline',
    message: (doing, stderr) => `${doing}: ${serverIn(stderr)} does not answer. ${lastCause(stderr)}`,
    hint: 'Check the network (and HTTPS_PROXY), or try again where there is one, such as on a login node.',
  },
  {
    pattern: /Failed to build|[Bb]uild backend returned an error|Failed to generate package metadata/,
    code: 'package-not-built',
    message: (doing, stderr) =>
      `${doing}: a package comes without ready files for this machine, and building it failed.\n${lastLines(stderr, 14)}`,
    hint: 'Take a version that has them, or load a compiler (module load gcc) and try again.',
  },
  {
    // uv wraps its lines. A package that only another one asks for was not misspelt here.
    pattern: /was\s+not\s+found\s+in\s+the\s+package\s+registry\s+and\s+you\s+require/,
    code: 'packages-unresolvable',
    message: (_doing, stderr) => `uv finds no package of that name: ${reason(stderr)}`,
    hint: 'Check how the name is written. If it is a package of conda’s: the same with --channel conda-forge',
  },
  {
    pattern: /No solution found when resolving/,
    code: 'packages-unresolvable',
    message: (_doing, stderr) => `uv finds no versions that fit: ${reason(stderr)}`,
    hint: 'Check the names and versions, or take another Python: --python 3.12',
  },
  {
    pattern: /Couldn't parse requirement|Failed to parse/,
    code: 'spec-invalid',
    message: (_doing, stderr) => `That is no requirement: ${reason(stderr)}`,
    hint: 'Write it as name, name==1.2 or "name>=1.2,<2" (in quotes, for the shell).',
  },
];

/** The error for a uv that failed. `doing` says at what: `Cannot install the packages of sci`. */
export function uvError(result: RunResult, doing: string): PierError {
  if (result.timedOut)
    return new PierError('timed-out', `${doing}: uv did not end in time.\n${lastLines(result.stderr, 6)}`);
  const row = rows.find(({ pattern }) => pattern.test(result.stderr));
  if (row) return new PierError(row.code, row.message(doing, result.stderr), { hint: row.hint });
  const ended = result.signal ? `was ended by ${result.signal}` : `ended with ${result.exitCode}`;
  return new PierError('uv-failed', `${doing}: uv ${ended}.\n${lastLines(result.stderr)}`, {
    hint: 'pier env create … --explain prints the commands, to try them one by one.',
  });
}

/** uv's own explanation: what follows `cause:`, and its hints, as one paragraph. */
function reason(stderr: string): string {
  const text = stderr.slice(Math.max(0, stderr.search(/^error:|^\s+× /m)));
  const causes = text.split(/^\s*(?:cause:|hint:|[├╰]─▶)/m).slice(1);
  const words = (causes.length > 0 ? causes : [text]).join(' ').replace(/\s+/g, ' ').trim();
  return words.length > 700 ? `${words.slice(0, 700)} …` : words;
}

/** uv's own Pythons come from another place than packages: python-build-standalone's releases, or a mirror of them. */
function serverIn(stderr: string): string {
  return /python-build-standalone|cpython-\d/.test(stderr)
    ? 'the server of Pythons that uv downloads'
    : `the package index${addressIn(stderr)}`;
}

/** Which index it is, by what could not be fetched from it; without a user's name and password. */
function addressIn(stderr: string): string {
  const fetched = /(?:Failed to fetch: `?|\burl \()(https?:\/\/[^\s`)]+)/.exec(stderr)?.[1];
  if (!fetched || !URL.canParse(fetched)) return '';
  const { origin, pathname } = new URL(fetched);
  return ` ${origin}${pathname.endsWith('/') ? pathname.replace(/[^/]*\/$/, '') : ''}`;
}

function lastCause(stderr: string): string {
  return (
    stderr
      .match(/cause: .*/g)
      ?.at(-1)
      ?.replace('cause: ', '') ?? ''
  );
}
