import * as z from 'zod';
import { accessRule, hostName, moduleName, name, pathTemplate, plain, url } from './schema-leaves.ts';

export const loginSchema = z.strictObject({
  host: z.nullable(hostName).describe('Name to sign in to with ssh'),
  nodes: z.array(hostName).describe('Login nodes that can be reached, each by its own name'),
  other_hosts: z.record(name, hostName).describe('Other names to sign in to'),
  user: z.nullable(plain).describe('What the login name is called here, such as CNetID (not used yet)'),
  auth: z.strictObject({
    password: z.nullable(z.boolean()).describe('Whether a password is accepted (not used yet)'),
    mfa: z.nullable(z.enum(['none', 'duo', 'totp'])).describe('The second factor (not used yet)'),
    public_key: z
      .nullable(z.enum(['allowed', 'by-exception', 'forbidden']))
      .describe('Whether ssh keys are accepted (not used yet)'),
  }),
  lockout: z.strictObject({
    failures: z
      .nullable(z.int().min(1).max(1000))
      .describe('Failed sign-ins after which an address is shut out (not used yet)'),
    hours: z.nullable(z.number().min(0).max(10_000)).describe('For how many hours it is (not used yet)'),
  }),
  compute_policy: z
    .nullable(accessRule)
    .describe('Whether programs may run on a login node; of this and `jupyter.login_node` the stricter holds'),
  node_to_node_ssh: z
    .nullable(z.boolean())
    .describe('Whether one login node can be reached from another (not used yet)'),
  shells: z
    .array(z.string().regex(/^\/[\w./-]+$/, { error: 'the path of a shell, such as /bin/bash' }))
    .describe('Login shells that people have here (not used yet)'),
  remote_desktop: z.strictObject({
    thinlinc: z.nullable(url).describe('Address of ThinLinc (not used yet)'),
    x2go: z.nullable(url).describe('Address of X2Go (not used yet)'),
    vnc: z.nullable(url).describe('Address of VNC in a browser (not used yet)'),
  }),
});

export const osSchema = z.strictObject({
  name: z.nullable(plain).describe('Name and version, such as RHEL 8.10 (not used yet)'),
  platform: z
    .nullable(z.enum(['linux-x86_64', 'linux-aarch64', 'linux-ppc64le', 'darwin-arm64', 'darwin-x86_64']))
    .describe('System and processor family (not used yet)'),
  glibc: z.nullable(plain).describe('Version of the C library (not used yet)'),
  gcc: z.nullable(plain).describe('Version of the system compiler (not used yet)'),
  cpu: z.nullable(plain).describe('Oldest processor among the nodes, such as broadwell (not used yet)'),
});

export const modulesSchema = z.strictObject({
  tool: z.nullable(z.enum(['lmod', 'envmodules', 'none'])).describe('The program behind `module` (not used yet)'),
  version: z.nullable(plain).describe('Its version (not used yet)'),
  path: z.array(pathTemplate).describe('MODULEPATH before anything is loaded (not used yet)'),
  path_by_partition: z
    .record(name, z.array(pathTemplate))
    .describe('More of MODULEPATH for jobs in a partition (not used yet)'),
  layout: z
    .nullable(z.enum(['flat', 'hierarchical']))
    .describe('Whether some modules show only after others are loaded (not used yet)'),
  require_full_name: z.boolean().describe('Whether a module is always to be named with its version (not used yet)'),
  root: z.nullable(pathTemplate).describe('Where the software that modules load is installed (not used yet)'),
});

const networkAccess = z.enum(['allowed', 'blocked', 'probe']);

export const networkSchema = z.strictObject({
  compute_internet: networkAccess.describe(
    'Whether compute nodes reach the internet; `probe`: nobody knows (not used yet)',
  ),
  login_internet: networkAccess.describe(
    'Whether login nodes reach the internet; with `blocked`, pier sends nobody there to download something',
  ),
  external: z.nullable(plain).describe('Addresses of nodes as seen from outside: a CIDR block'),
  campus: z.nullable(plain).describe('Addresses of nodes on the campus network: a CIDR block'),
  campus_needs_vpn: z
    .nullable(z.boolean())
    .describe('Whether campus addresses need a VPN from elsewhere (not used yet)'),
  probe: z.enum(['ip-route', 'interfaces']).describe('Which of pier’s ways finds the address of a node'),
});

const cacheEffect = z.nullable(z.enum(['temporary', 'persistent']));

const toggleSchema = z.strictObject({
  '0': cacheEffect.describe('The cache when the variable is 0 as the module is loaded (not used yet)'),
  '1': cacheEffect.describe('The cache when the variable is 1 as the module is loaded (not used yet)'),
  default: cacheEffect.describe('The cache when the variable is not set (not used yet)'),
});

const distributionSchema = z.strictObject({
  module: moduleName.describe('The module, with its version'),
  kind: z.enum(['cpython', 'conda', 'container', 'cray']).describe('What is in it'),
  recommended: z.boolean().describe('Whether the site recommends it (not used yet)').exactOptional(),
  deprecated: z.boolean().describe('Whether nobody should begin with it (not used yet)').exactOptional(),
  mamba: z.boolean().describe('Whether it has mamba (not used yet)').exactOptional(),
  licence: z
    .enum(['free', 'restricted'])
    .describe('Whether its licence limits who may use it (not used yet)')
    .exactOptional(),
  use: z.enum(['research', 'teaching', 'legacy']).describe('What it is there for (not used yet)').exactOptional(),
  prefix: pathTemplate.describe('Where it is installed').exactOptional(),
  environments: z.array(name).describe('Its public environments (not used yet)').exactOptional(),
});

export const pythonSchema = z.strictObject({
  distributions: z.array(distributionSchema).describe('The Pythons that the site offers, the most used first'),
  bare_default: z.nullable(moduleName).describe('The module that the bare name `python` loads (not used yet)'),
  activate: z
    .enum(['source-activate', 'conda-activate', 'venv'])
    .describe('How the site wants environments activated (not used yet)'),
  uv: z.strictObject({ module: z.nullable(moduleName).describe('The module that brings uv') }),
  compiled_packages: z.strictObject({
    gcc: z.nullable(plain).describe('The oldest compiler that builds numpy and the like'),
    prefer: z.nullable(z.enum(['uv', 'conda'])).describe('The back end for packages with compiled parts'),
  }),
  toggles: z.strictObject({ USE_CONDA_CACHE: toggleSchema, USE_UV_CACHE: toggleSchema }),
});
