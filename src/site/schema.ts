import * as z from 'zod';
import {
  accessRule,
  day,
  hostPattern,
  memory,
  name,
  pathTemplate,
  permission,
  plain,
  portNumber,
  url,
  walltime,
} from './schema-leaves.ts';
import { loginSchema, modulesSchema, networkSchema, osSchema, pythonSchema } from './schema-machine.ts';
import { slurmSchema } from './schema-slurm.ts';

// What a profile may say. A section (an object with fixed keys) and a leaf may be left out of a file: the profile it
// inherits has it, in the end `local`. In a named entry (a storage area, a partition) what is left out is unknown.
// null is always "unknown": pier then asks the machine, or says that it does not know.

const bytesLimit = z.strictObject({
  soft: memory.describe('Bytes over which there is a grace period (not used yet)').exactOptional(),
  hard: memory.describe('Bytes that can never be exceeded (not used yet)').exactOptional(),
});

const filesLimit = z.strictObject({
  soft: z.int().min(0).describe('Files over which there is a grace period (not used yet)').exactOptional(),
  hard: z.int().min(0).describe('Files that can never be exceeded (not used yet)').exactOptional(),
});

const storageAreaSchema = z.strictObject({
  path: pathTemplate.describe('The directory'),
  owner: z.enum(['user', 'group', 'job']).describe('Whose quota pays').exactOptional(),
  mode: z
    .string()
    .regex(/^[0-7]{4}$/, { error: "an octal mode in quotes, such as '0700'" })
    .describe('Its mode, in octal (not used yet)')
    .exactOptional(),
  quota: z.strictObject({ bytes: bytesLimit.exactOptional(), files: filesLimit.exactOptional() }).exactOptional(),
  purge: z
    .nullable(z.enum(['never', 'by-age', 'job-end']))
    .describe('When files are deleted')
    .exactOptional(),
  purge_days: z.nullable(z.int().min(1).max(10_000)).describe('The age at which they are').exactOptional(),
  backup: z.nullable(z.boolean()).describe('Whether there is a backup (not used yet)').exactOptional(),
  snapshots: z.nullable(z.boolean()).describe('Whether there are snapshots (not used yet)').exactOptional(),
  node_local: z.boolean().describe('Whether each node has its own').exactOptional(),
  environments: z.boolean().describe('Whether environments may be kept here').exactOptional(),
  caches: z.boolean().describe('Whether caches may be kept here (not used yet)').exactOptional(),
});

const packagesSchema = z.strictObject({
  index: z.nullable(url).describe('Package index instead of PyPI'),
  find_links: z
    .array(z.union([url, pathTemplate], { error: 'a web address or a path' }))
    .describe('Folders and pages of wheels'),
  conda_channels: z
    .array(z.string().regex(/^[\w.:/-]{1,200}$/, { error: 'the name or address of a channel' }))
    .describe('conda channels, the first one preferred'),
  mirrors: z.strictObject({
    pypi: z.nullable(url).describe('Mirror of PyPI, where there is no `index`'),
    conda: z.nullable(url).describe('Mirror of the conda channels'),
    python: z.nullable(url).describe('Mirror of the Pythons that uv downloads'),
  }),
  python_downloads: z.boolean().describe('Whether uv may download a Python of its own'),
});

const jupyterSchema = z.strictObject({
  environment: name.describe('The environment that `pier lab`, `exec` and `shell` take when none is named'),
  ports: z
    .tuple([portNumber, portNumber])
    .refine(([first, last]) => first <= last, { error: 'the lower port first' })
    .describe('First and last port for a server on the network'),
  login_node: accessRule.describe('Whether Jupyter may run on a login node'),
  ready_timeout: z.int().min(1).max(86_400).describe('Seconds in which Jupyter has to answer'),
  idle: z
    .nullable(walltime)
    .describe('Time without anything going on after which a session ends by itself; null: it never does'),
  address: z.enum(['node', 'loopback']).describe('Where a server listens that a browser reaches without the portal'),
  ondemand: z.nullable(url).describe('The site’s Open OnDemand (not used yet)'),
  batch: z.strictObject({
    time: walltime.describe('Time of a job for Jupyter when none is given'),
    nodes: z.int().min(1).describe('Its nodes (not used yet)'),
    tasks_per_node: z.int().min(1).describe('Its tasks on each node; pier runs one task, and asks for so many CPUs'),
    memory: z.nullable(memory).describe('Its memory; null: as Slurm has it'),
  }),
});

/** The whole profile, every section and leaf there: what `Profile` is. */
export const profileSchema = z.strictObject({
  docs: z.nullable(url).describe('The site’s own guide (not used yet)'),
  support: z.nullable(plain).describe('Whom to ask: an e-mail or web address (not used yet)'),
  detect: z.strictObject({
    hostname: z.nullable(hostPattern).describe('Regular expression for the names of the site’s hosts'),
  }),
  login: loginSchema,
  os: osSchema,
  modules: modulesSchema,
  python: pythonSchema,
  storage: z.record(name, storageAreaSchema).describe('The places for files, by name'),
  quota: z.strictObject({
    reader: z
      .nullable(z.enum(['none', 'quota', 'lfs', 'mmlsquota', 'rcc-table']))
      .describe('Which of pier’s ways reads the quota'),
    refuse_over: z.enum(['soft', 'hard']).describe('The limit over which nothing is made'),
  }),
  scheduler: z.enum(['none', 'slurm']).describe('What runs jobs'),
  slurm: slurmSchema,
  network: networkSchema,
  packages: packagesSchema,
  environments: z.strictObject({
    root: pathTemplate.describe('The directory that environments are made in'),
    public: z.array(pathTemplate).describe('Directories of environments that the site has for everybody'),
    backend: z.enum(['uv', 'conda']).describe('The back end when nothing else decides'),
    default: z
      .nullable(name)
      .describe(
        'A name for the environment of a person who names none; what counts is `jupyter.environment` (not used yet)',
      ),
  }),
  caches: z.strictObject({
    uv: z.nullable(pathTemplate).describe('uv’s cache, where `UV_CACHE_DIR` is not set; null: as uv has it'),
    conda: z
      .nullable(pathTemplate)
      .describe(
        'conda’s package cache, where `CONDA_PKGS_DIRS` is not set; null: `.pier-packages` beside the environments',
      ),
  }),
  jupyter: jupyterSchema,
  policies: z.strictObject({
    conda_init: permission.describe('Whether `conda init` may change startup files (not used yet)'),
    defaults_channel: permission.describe('Whether conda’s `defaults` channel, which has a licence, may be used'),
  }),
  unknown: z.array(plain).describe('What nobody knows yet about this site'),
});

/** The first lines of every file. */
export const headerSchema = z.strictObject({
  schema: z.literal(1, { error: '1, the only version of the schema there is' }).describe('Version of the schema: 1'),
  id: name.describe('Short name, as in --site'),
  name: plain.describe('Name for people'),
  abstract: z.boolean().describe('Whether it is only for others to inherit').exactOptional(),
  inherits: z
    .string()
    .describe('The profile that has what this one leaves out: a name, or a path with a slash; by default `local`')
    .exactOptional(),
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

/** What says where a value comes from. */
export const leafSchema = z.strictObject({
  value: z.unknown(),
  source: plain.describe('The document or the measurement that says so').exactOptional(),
  checked: day.describe('The day that somebody last looked').exactOptional(),
});
