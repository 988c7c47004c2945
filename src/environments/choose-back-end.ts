import type { Site } from '../site/index.ts';

/** What decides between uv and conda. */
export interface Choice {
  readonly backEnd: 'uv' | 'conda';
  /** Why, in plain words. */
  readonly reason: string;
}

interface Asked {
  readonly backEnd?: 'uv' | 'conda';
  readonly channels: readonly string[];
  readonly specs: readonly string[];
}

/** Packages that conda has and no package index, or only by another name: tools, libraries and other languages. */
const condaOnly =
  /^(r-[\w.-]+|r-base|bioconductor-[\w.-]+|perl-[\w.-]+|(lib)?gdal|libgdal-core|proj|geos|gcc|gxx|gfortran|gcc_linux-64|gxx_linux-64|gfortran_linux-64|(c|cxx|fortran)-compiler|compilers|openmpi|mpich|cuda|cuda-toolkit|cuda-nvcc|cudatoolkit|cudnn|nodejs|openjdk|samtools|bcftools|bedtools|bwa|blast|fastqc|hdf5|netcdf4?-fortran|libnetcdf|nco|cdo|git|make|julia|rust|go|ffmpeg|graphviz|pandoc|texlive-core|matplotlib-base|dask-core|pytorch|pytorch-(cpu|gpu)|mkl-service|libblas)$/;

/** conda's own ways of writing a requirement: a channel in front, one `=`, or a version or build behind a space. */
const condaSyntax = /::|^[\w.-]+\s*=[^=]|^[\w.-]+\s+[\d*]/;

/**
 * Decides which back end makes an environment: what was said, what only conda can do, then the profile.
 *
 * On a site whose compiler is too old for packages that have to be built, the profile prefers conda for packages;
 * `compiler` gives the version of the gcc on PATH, which a module may have brought.
 */
export async function chooseBackEnd(
  site: Site,
  { backEnd, channels, specs }: Asked,
  compiler: () => Promise<string | undefined>,
): Promise<Choice> {
  if (backEnd) return { backEnd, reason: `With ${backEnd}, as you asked.` };
  if (channels.length > 0) return { backEnd: 'conda', reason: 'With conda: you named a channel.' };
  const written = specs.find((spec) => condaSyntax.test(spec));
  if (written) return { backEnd: 'conda', reason: `With conda: ${written} is written as conda has it.` };
  const only = specs.find((spec) => condaOnly.test(nameOf(spec)));
  if (only) return { backEnd: 'conda', reason: `With conda: ${nameOf(only)} is in conda’s channels only.` };
  const { environments, python } = site.profile;
  const { prefer, gcc } = python.compiled_packages;
  if (specs.length > 0 && prefer === 'conda') {
    const here = await compiler();
    if (!here || (gcc && isOlder(here, gcc))) return { backEnd: 'conda', reason: oldCompiler(here, gcc) };
  }
  return environments.backend === 'conda'
    ? { backEnd: 'conda', reason: `With conda, as the site ${site.id} prefers.` }
    : { backEnd: 'uv', reason: 'With uv: nothing that was asked for needs conda.' };
}

function nameOf(spec: string): string {
  return (/^\s*([\w.-]+)/.exec(spec)?.[1] ?? '').toLowerCase();
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (const [index, least] of b.entries()) if ((a[index] ?? 0) !== least) return (a[index] ?? 0) < least;
  return false;
}

function oldCompiler(here: string | undefined, needed: string | null): string {
  const what = here ? `the gcc here is ${here}` : 'there is no gcc here';
  const least = needed ? `, and ${needed} is the oldest that builds NumPy and the like` : '';
  return `With conda, whose packages need no compiler: ${what}${least}.`;
}
