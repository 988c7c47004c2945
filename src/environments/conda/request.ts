import { PierError, tilde } from '../../files/index.ts';
import type { Site } from '../../site/index.ts';
import type { CreateRequest } from '../environment.ts';
import type { ExplicitPackage, RequestFile } from '../request-file.ts';
import { channelName, isDefaults } from './channels.ts';
import { condarcChannels } from './condarc.ts';
import { matchSpec, pythonSpec, specName } from './specs.ts';

/** A request in conda's words. */
export interface CondaRequest {
  /** Match specs, sorted, the one for Python included; an environment of nothing named has Python alone. */
  readonly specs: readonly string[];
  readonly channels: readonly string[];
  readonly remarks: readonly string[];
}

/**
 * Puts a request into conda's words, and holds to what the profile says of conda's `defaults` channel.
 *
 * Errors: `spec-invalid`, `python-twice`, `channel-forbidden`.
 */
export async function condaRequest(
  site: Site,
  request: CreateRequest,
  typed: readonly string[],
  file: RequestFile | null,
): Promise<CondaRequest> {
  const allowed = site.profile.policies.defaults_channel === 'allow';
  if (file?.kind === 'explicit') return fromExplicit(file, allowed);
  const named = await channelsFor(site, request, file);
  const { channels, remarks } = allowed ? { channels: named.channels, remarks: [] } : keepOut(site, request, named);
  const fromFile = (file?.specs ?? []).map((spec) => {
    if (allowed || !isDefaults(channelOf(spec) ?? '')) return spec;
    if (request.withoutDefaults) return spec.slice(spec.indexOf('::') + 2);
    throw forbidden(`${file?.places.get(spec)}: ${spec}`);
  });
  const specs = withPython([...fromFile, ...typed.map(matchSpec)], request.python, file);
  return { specs: [...new Set(specs)].sort(), channels, remarks: [...(file?.remarks ?? []), ...remarks] };
}

function channelOf(spec: string): string | undefined {
  const at = spec.indexOf('::');
  return at > 0 ? spec.slice(0, at) : undefined;
}

interface Named {
  readonly channels: readonly string[];
  /** Who names them, such as `environment.yml`. */
  readonly by: string;
}

/** Those typed, those of the file, those of the user's own `.condarc`, or else the profile's. */
async function channelsFor(site: Site, { channels = [] }: CreateRequest, file: RequestFile | null): Promise<Named> {
  if (channels.length > 0) return { channels, by: '--channel' };
  const real = (file?.channels ?? []).filter((channel) => channel !== 'nodefaults');
  if (file && real.length > 0) return { channels: real, by: tilde(file.file) };
  const own = await condarcChannels();
  if (own) return { channels: own.channels, by: tilde(own.file) };
  return { channels: site.profile.packages.conda_channels, by: `the profile of ${site.id}` };
}

/** Leaves `defaults` out. Where it is all there is, a person has to agree to conda-forge instead. */
function keepOut(site: Site, { withoutDefaults }: CreateRequest, { channels, by }: Named): Omit<CondaRequest, 'specs'> {
  const kept = channels.filter((channel) => !isDefaults(channel));
  const out = channels.filter(isDefaults).map(channelName);
  if (out.length === 0) return { channels, remarks: [] };
  if (kept.length === 0 && !withoutDefaults) throw forbidden(`${by} names the channel ${out.join(', ')}`);
  const instead = kept.length > 0 ? kept : site.profile.packages.conda_channels.filter((one) => !isDefaults(one));
  const remark = `${by} names the channel ${out.join(', ')}, which has a licence and is not used here; ${instead.join(', ')} is.`;
  return { channels: instead, remarks: [remark] };
}

function forbidden(what: string): PierError {
  return new PierError('channel-forbidden', `${what}, whose licence does not allow its use here.`, {
    hint: 'The same packages are in conda-forge: --channel conda-forge instead, or --yes to take them from there.',
  });
}

/** A Python that was typed and another one in the file are two Pythons. */
function withPython(specs: readonly string[], python: string | undefined, file: RequestFile | null): readonly string[] {
  if (python === undefined) return specs.length > 0 ? specs : ['python'];
  const asked = pythonSpec(python);
  const others = specs.filter((spec) => specName(spec) === 'python');
  const other = others.find((spec) => spec !== 'python' && spec !== asked);
  if (other) {
    const place = file?.places.get(other);
    throw new PierError(
      'python-twice',
      `${place ? `${place}: ` : ''}${other} is one Python, and --python ${python} another.`,
      {
        hint: 'An environment has one Python: leave one of the two away.',
      },
    );
  }
  return [asked, ...specs.filter((spec) => specName(spec) !== 'python')];
}

function fromExplicit(file: RequestFile, allowed: boolean): CondaRequest {
  const bad = allowed ? undefined : file.explicit.find(({ url }) => isDefaults(channelOfAddress(url)));
  if (bad) {
    throw new PierError(
      'channel-forbidden',
      `${tilde(file.file)}:${bad.line}: ${bad.url} is of conda’s defaults, whose licence does not allow its use here.`,
      {
        hint: 'Export what was asked for instead of exact files, and make it of that: conda env export --from-history',
      },
    );
  }
  const channels = [...new Set(file.explicit.map(({ url }) => channelName(channelOfAddress(url))))];
  return { specs: file.explicit.map(exactSpec), channels, remarks: file.remarks };
}

/** `https://…/conda-forge/linux-64/zlib-1.3-0.conda` without its last two parts. */
function channelOfAddress(url: string): string {
  return url.split('/').slice(0, -2).join('/');
}

/** `zlib==1.3=0` */
function exactSpec({ url }: ExplicitPackage): string {
  const stem = (url.split('/').at(-1) ?? '').replace(/\.(conda|tar\.bz2)$/, '');
  const [build, version, ...name] = stem.split('-').reverse();
  return `${name.reverse().join('-')}==${version}=${build}`;
}
