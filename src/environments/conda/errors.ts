import { PierError } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import { elsewhere } from '../elsewhere.ts';
import { namedPlaces } from '../named-places.ts';
import { placeIn, type RequestFile } from '../request-file.ts';
import type { RattlerRefusal } from './rattler.ts';
import { specName } from './specs.ts';

/** What the error is about, for its words. */
export interface Asked {
  readonly site: Site;
  /** Such as `Cannot choose packages for gis`. */
  readonly doing: string;
  readonly channels: readonly string[];
  /** The file that has the match specs; null when they were typed. */
  readonly file: RequestFile | null;
}

interface Row {
  readonly code: string;
  readonly message: (refusal: RattlerRefusal, asked: Asked) => string;
  readonly hint: (asked: Asked, refusal: RattlerRefusal) => string;
}

/** By the kind that pier's script gives; each is provoked with the real py-rattler in test/real/conda-errors.test.ts. */
const rows: Readonly<Record<string, Row>> = {
  spec: {
    code: 'spec-invalid',
    message: ({ spec = '', message }, asked) => `${at(spec, asked)}${JSON.stringify(spec)} is no package: ${message}.`,
    hint: () => 'Write it as name, name=1.2 or "name>=1.2,<2" (in quotes, for the shell).',
  },
  unsolvable: {
    code: 'packages-unresolvable',
    message: ({ message }, asked) => `conda finds no packages that fit: ${reason(message)}${named(message, asked)}`,
    hint: ({ channels }, { message }) =>
      /__cuda/.test(message)
        ? 'Say which CUDA its GPUs run: the same command with --cuda 12.4 (or CONDA_OVERRIDE_CUDA=12.4 before it)'
        : `Check names and versions, or name another channel than ${channels.join(', ')}: --channel bioconda`,
  },
  offline: {
    code: 'offline',
    message: ({ message }, { doing }) => `${doing}: no conda channel answers. ${firstLine(message)}`,
    hint: ({ site }) => elsewhere(site),
  },
  certificate: {
    code: 'certificate-unknown',
    message: ({ message }, { doing }) =>
      `${doing}: a channel shows a certificate that is not trusted. ${lastCause(message)}`,
    hint: () => 'If your site has a certificate of its own, name its file: export SSL_CERT_FILE=FILE',
  },
  missing: {
    code: 'channel-unknown',
    message: ({ message }, { doing }) => `${doing}: ${firstLine(message)}.`,
    hint: () => 'Check the name or address of the channel (--channel, or packages.conda_channels in the site profile).',
  },
  sum: {
    code: 'file-invalid',
    message: ({ message, line }, asked) => `${atLine(line, asked)}${message}`,
    hint: () => 'The file was changed, or the channel was: export it again where the environment still is.',
  },
  unlisted: {
    code: 'file-invalid',
    message: ({ message, line }, asked) => `${atLine(line, asked)}${message}`,
    hint: () => 'Make it of what was asked for instead of exact files: an environment.yml',
  },
  space: {
    code: 'no-space',
    message: (_, { doing }) => `${doing}: the disk is full or your quota is used up.`,
    hint: () => 'Free some space or files (df -h and df -i show where), then try again.',
  },
  permission: {
    code: 'cannot-write',
    message: ({ message }, { doing }) => `${doing}: ${lastCause(message)}.`,
    hint: () => 'Set CONDA_PKGS_DIRS to a directory you can write (or caches.conda in the site profile).',
  },
  damaged: {
    code: 'package-damaged',
    message: ({ message }, { doing }) => `${doing}: a download is not what the channel promised. ${lastCause(message)}`,
    hint: () => 'Try again; if it stays, tell whoever runs the channel.',
  },
};

/** The error for what py-rattler could not do. */
export function rattlerError(refusal: RattlerRefusal, asked: Asked): PierError {
  const row = rows[refusal.kind];
  if (row) return new PierError(row.code, row.message(refusal, asked), { hint: row.hint(asked, refusal) });
  return new PierError('conda-failed', `${asked.doing}: ${refusal.message.trim().slice(0, 1500)}`, {
    hint: 'pier env create … --explain prints the commands, to try them one by one.',
  });
}

function at(spec: string, { file }: Asked): string {
  const place = file?.places.get(spec);
  return place ? `${place}: ` : '';
}

/** The places of all specs whose package the solver names. */
function named(message: string, { file }: Asked): string {
  return file ? namedPlaces(message, file.places, specName) : '';
}

function atLine(line: number | undefined, { file }: Asked): string {
  return file && line ? `${placeIn(file.file, line)}: ` : '';
}

function reason(message: string): string {
  const words = message.replace(/^Cannot solve the request because of:\s*/, '').trim();
  return words.length > 1500 ? `${words.slice(0, 1500)} …` : words;
}

function firstLine(message: string): string {
  return message.trim().split('\n')[0] ?? '';
}

function lastCause(message: string): string {
  return (message.trim().split('\n').at(-1) ?? '').replace(/^Caused by: /, '');
}
