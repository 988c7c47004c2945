import * as z from 'zod';
import {
  accessRule,
  day,
  hostName,
  hostPattern,
  memory,
  moduleName,
  name,
  pathTemplate,
  permission,
  plain,
  portNumber,
  url,
  walltime,
} from './schema-leaves.ts';
import { slurmSchema } from './schema-slurm.ts';

// What a profile may say. A section (an object with fixed keys) and a leaf may be left out of a file: the profile it
// inherits has it, in the end `local`. In a named entry (a storage area, a partition) what is left out is unknown.
// null is always "unknown": pier then asks the machine, or says that it does not know.

const loginSchema = z.strictObject({
  host: z.nullable(hostName).describe('Name to sign in to with ssh'),
  nodes: z.array(hostName).describe('Login nodes that can be reached each by its own name'),
  other_hosts: z.record(name, hostName).describe('Other addresses to sign in to, by name'),
  user: z.nullable(plain).describe('What the login name is called here, such as CNetID'),
  auth: z.strictObject({
    password: z.nullable(z.boolean()).describe('Whether a password is accepted'),
    mfa: z.nullable(z.enum(['none', 'duo', 'totp'])).describe('The second factor'),
    public_key: z.nullable(z.enum(['allowed', 'by-exception', 'forbidden'])).describe('Whether ssh keys are accepted'),
  }),
  lockout: z.strictObject({
    failures: z.nullable(z.int().min(1).max(1000)).describe('Wrong sign-ins after which an address is shut out'),
    hours: z.nullable(z.number().min(0).max(10_000)).describe('For how many hours'),
  }),
  compute_policy: z.nullable(accessRule).describe('Whether programs may run on a login node'),
  node_to_node_ssh: z.nullable(z.boolean()).describe('Whether one login node can be reached from another'),
  shells: z.array(z.string().regex(/^\/[\w./-]+$/, { error: 'the path of a shell, such as /bin/bash' })),
  remote_desktop: z
    .strictObject({ thinlinc: z.nullable(url), x2go: z.nullable(url), vnc: z.nullable(url) })
    .describe('Addresses of remote desktops'),
});

const osSchema = z.strictObject({
  name: z.nullable(plain),
  platform: z.nullable(z.enum(['linux-x86_64', 'linux-aarch64', 'linux-ppc64le', 'darwin-arm64', 'darwin-x86_64'])),
  glibc: z.nullable(plain).describe('Version of the C library; it decides which wheels can be used'),
  gcc: z.nullable(plain).describe('Version of the system compiler'),
  cpu: z.nullable(plain).describe('Oldest processor among the nodes, such as broadwell'),
});

const modulesSchema = z.strictObject({
  tool: z.nullable(z.enum(['lmod', 'envmodules', 'none'])),
  version: z.nullable(plain),
  path: z.array(pathTemplate).describe('MODULEPATH before anything is loaded'),
  path_by_partition: z.record(name, z.array(pathTemplate)).describe('More of MODULEPATH for jobs in a partition'),
  layout: z.nullable(z.enum(['flat', 'hierarchical'])),
  require_full_name: z.boolean().describe('Whether a module is always to be named with its version'),
  root: z.nullable(pathTemplate).describe('Where the software that modules load is installed'),
});

const cacheEffect = z.nullable(z.enum(['temporary', 'persistent']));

const toggleSchema = z.strictObject({
  '0': cacheEffect.describe('The cache when the variable is 0'),
  '1': cacheEffect.describe('The cache when the variable is 1'),
  default: cacheEffect.describe('The cache when the variable is not set'),
});

const pythonSchema = z.strictObject({
  distributions: z.array(
    z.strictObject({
      module: moduleName,
      kind: z.enum(['cpython', 'conda', 'container', 'cray']),
      recommended: z.boolean().exactOptional(),
      deprecated: z.boolean().exactOptional(),
      mamba: z.boolean().exactOptional(),
      licence: z.enum(['free', 'restricted']).exactOptional(),
      use: z.enum(['research', 'teaching', 'legacy']).exactOptional(),
      prefix: pathTemplate.exactOptional(),
      environments: z.array(name).exactOptional(),
    }),
  ),
  bare_default: z.nullable(moduleName).describe('The module that the bare name `python` loads'),
  activate: z.enum(['source-activate', 'conda-activate', 'venv']).describe('How the site wants environments activated'),
  uv: z.strictObject({ module: z.nullable(moduleName).describe('The module that brings uv') }),
  compiled_packages: z.strictObject({
    gcc: z.nullable(plain).describe('The oldest compiler that builds numpy and the like'),
    prefer: z.nullable(z.enum(['uv', 'conda'])).describe('Back end for packages with compiled parts'),
  }),
  toggles: z
    .strictObject({ USE_CONDA_CACHE: toggleSchema, USE_UV_CACHE: toggleSchema })
    .describe('Variables that the modulefiles read when they are loaded'),
});

const limit = z.strictObject({ soft: memory.exactOptional(), hard: memory.exactOptional() });
const countLimit = z.strictObject({ soft: z.int().min(0).exactOptional(), hard: z.int().min(0).exactOptional() });

const storageAreaSchema = z.strictObject({
  path: pathTemplate,
  owner: z.enum(['user', 'group', 'job']).exactOptional(),
  mode: z
    .string()
    .regex(/^[0-7]{4}$/, { error: "an octal mode in quotes, such as '0700'" })
    .exactOptional(),
  quota: z
    .strictObject({ bytes: z.nullable(limit).exactOptional(), files: z.nullable(countLimit).exactOptional() })
    .exactOptional(),
  purge: z.nullable(z.enum(['never', 'by-age', 'job-end'])).exactOptional(),
  purge_days: z.nullable(z.int().min(1).max(10_000)).exactOptional(),
  backup: z.nullable(z.boolean()).exactOptional(),
  snapshots: z.nullable(z.boolean()).exactOptional(),
  node_local: z.boolean().exactOptional(),
  environments: z.boolean().describe('Whether environments may be kept here').exactOptional(),
  caches: z.boolean().describe('Whether caches may be kept here').exactOptional(),
});

const networkAccess = z.enum(['allowed', 'blocked', 'probe']);

const networkSchema = z.strictObject({
  compute_internet: networkAccess.describe('Whether compute nodes reach the internet; `probe`: ask each time'),
  login_internet: networkAccess.describe('Whether login nodes reach the internet'),
  external: z.nullable(plain).describe('The addresses seen from outside, as a CIDR block'),
  campus: z.nullable(plain).describe('The addresses seen from the campus network, as a CIDR block'),
  campus_needs_vpn: z.nullable(z.boolean()),
  probe: z.enum(['ip-route', 'interfaces']).describe('How pier finds the address of a node'),
});

const packagesSchema = z.strictObject({
  index: z.nullable(url).describe('Package index instead of PyPI'),
  find_links: z.array(z.union([url, pathTemplate], { error: 'a web address or a path' })).describe('Folders of wheels'),
  conda_channels: z.array(z.string().regex(/^[\w.:/-]{1,200}$/, { error: 'the name or address of a channel' })),
  mirrors: z
    .strictObject({ pypi: z.nullable(url), conda: z.nullable(url), python: z.nullable(url) })
    .describe('Mirrors of the public services; `index` goes before `pypi`'),
  python_downloads: z.boolean().describe('Whether uv may download a Python of its own'),
});

/** The whole profile, every section and leaf there: what `Profile` is. */
export const profileSchema = z.strictObject({
  docs: z.nullable(url).describe('The site’s own guide'),
  support: z.nullable(plain).describe('Whom to ask: an e-mail or web address'),
  detect: z.strictObject({ hostname: z.nullable(hostPattern).describe('Regular expression for the host names') }),
  login: loginSchema,
  os: osSchema,
  modules: modulesSchema,
  python: pythonSchema,
  storage: z.record(name, storageAreaSchema).describe('The places for files, by name'),
  quota: z.strictObject({
    reader: z.nullable(z.enum(['none', 'quota', 'lfs', 'rcc-table'])).describe('Which of pier’s ways reads the quota'),
    refuse_over: z.enum(['soft', 'hard']).describe('The limit over which nothing is made'),
  }),
  scheduler: z.enum(['none', 'slurm']),
  slurm: slurmSchema,
  network: networkSchema,
  packages: packagesSchema,
  environments: z.strictObject({
    root: pathTemplate.describe('The directory that environments are made in'),
    backend: z.enum(['uv', 'conda']).describe('The back end when nothing else decides'),
    default: z.nullable(name).describe('The environment used when none is named'),
  }),
  caches: z.strictObject({
    uv: z.nullable(pathTemplate).describe('uv’s cache; null: uv’s own choice'),
    conda: z.nullable(pathTemplate).describe('conda’s package cache; null: conda’s own choice'),
  }),
  jupyter: z.strictObject({
    environment: name.describe('The environment whose Jupyter is started when none is named'),
    ports: z.tuple([portNumber, portNumber]).describe('First and last port for a server on the network'),
    login_node: accessRule.describe('Whether Jupyter may run on a login node'),
    ready_timeout: z.int().min(1).max(86_400).describe('Seconds until Jupyter has to answer'),
    address: z.enum(['node', 'loopback']).describe('Where a server that a browser reaches without the portal listens'),
    ondemand: z.nullable(url).describe('The site’s Open OnDemand'),
    batch: z.strictObject({
      time: walltime,
      nodes: z.int().min(1),
      tasks_per_node: z.int().min(1),
      memory: z.nullable(memory),
    }),
  }),
  policies: z.strictObject({ conda_init: permission, defaults_channel: permission }),
  unknown: z.array(plain).describe('What nobody knows yet about this site'),
});

/** The first lines of every file. */
export const headerSchema = z.strictObject({
  schema: z.literal(1, { error: '1, the only version of the schema there is' }),
  id: name.describe('Short name, as in --site'),
  name: plain.describe('Name for people'),
  abstract: z.boolean().describe('Only for others to inherit').exactOptional(),
  inherits: z.string().describe('The profile that has what this one leaves out; by default `local`').exactOptional(),
});

/** A file as people write it: the same sections and leaves, any of them left out. */
export const fileSchema = z.strictObject({ ...headerSchema.shape, ...partial(profileSchema).shape });

function partial(section: z.ZodObject): z.ZodObject {
  const fields = Object.entries(section.shape).map(([key, field]) => [
    key,
    (field instanceof z.ZodObject ? partial(field) : (field as z.ZodType)).exactOptional(),
  ]);
  return z.strictObject(Object.fromEntries(fields));
}

/** Where a leaf comes from: `{value, source, checked}`. */
export const leafSchema = z.strictObject({
  value: z.unknown(),
  source: plain.exactOptional(),
  checked: day.exactOptional(),
});
