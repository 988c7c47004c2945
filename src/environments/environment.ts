import type { Allowance } from '../storage/index.ts';
/**
 * `ok`: can be used. `partial`: something in it is missing, and can be repaired. `broken`: its base interpreter is gone.
 * `ghost`: a name somewhere points at it, and there is nothing.
 */
export type EnvironmentState = 'ok' | 'partial' | 'broken' | 'ghost';

export interface EnvironmentPython {
  /** As in `pyvenv.cfg` or `conda-meta`, such as `3.11.7`. */
  readonly version: string;
  /** Directory of the base interpreter (`home` in `pyvenv.cfg`); null for conda. */
  readonly base: string | null;
}

/** One environment on disk, found by reading files only. */
export interface Environment {
  readonly name: string;
  /** Other paths that lead to the same real directory. */
  readonly aliases: readonly string[];
  /** The real path of its directory. */
  readonly prefix: string;
  readonly kind: 'venv' | 'conda' | 'image';
  readonly python: EnvironmentPython | null;
  readonly origin: 'owned' | 'shared' | 'public' | 'foreign';
  readonly state: EnvironmentState;
  /** Why it is not `ok`, in plain words. */
  readonly reason: string | null;
  readonly frozen: boolean;
  /** Files and directories, as counted when it was made; null when nobody counted. */
  readonly files: number | null;
  readonly bytes: number | null;
  /** What was asked for, such as `numpy>=2`. */
  readonly specs: readonly string[];
  /** Environment modules it needs, such as `cuda/12.2`, in the order they are loaded in. */
  readonly modules: readonly string[];
  /** Variables its programs need, such as a module's LD_LIBRARY_PATH. */
  readonly variables: Readonly<Record<string, string>>;
  /** ISO 8601, or null when unknown. */
  readonly created: string | null;
}

/** What making an environment will cost. */
export interface Forecast {
  readonly packages: number;
  /** Files and directories. */
  readonly files: number;
  readonly bytes: number;
  /** Bytes still to be downloaded. */
  readonly download: number;
  /** Packages whose size could only be guessed (no wheel, or no ranges from the index). */
  readonly guessed: readonly string[];
  /** The directory it goes to, and what its file system has left; null where that cannot be asked. */
  readonly root: string;
  readonly filesLeft: number | null;
  readonly bytesLeft: number | null;
  /** The quota that pays for it, where it can be read; both figures above are then the smaller ones, unless it is old. */
  readonly quota?: Allowance | null;
}

/** A distribution that is installed in an environment. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** `uv`, `pip`, `conda`; null when it says nothing. */
  readonly installer: string | null;
  /** Asked for by name, not only needed by another. */
  readonly requested: boolean;
  /** Names of installed packages that it needs here; of its extras, only those that somebody asks for. */
  readonly needs: readonly string[];
}

export interface EnvironmentDetails extends Environment {
  readonly packages: readonly Package[];
}

/** What a person asks for. Without `from` and `specs` an environment with Python alone is made. */
export interface CreateRequest {
  readonly name: string;
  /** Name of a list in the catalogue, such as `sci`. */
  readonly from?: string;
  /** Requirements as in PEP 508, such as `numpy>=2`. */
  readonly specs?: readonly string[];
  /** A version such as `3.12`, or, for uv, the path of an interpreter. */
  readonly python?: string;
  /** Who makes it; without this it follows from what is asked for. */
  readonly backEnd?: 'uv' | 'conda';
  /** Which program makes a conda environment; without this the site's own, else py-rattler. Asks for conda. */
  readonly maker?: 'rattler' | 'conda' | 'mamba' | 'micromamba';
  /** conda channels by name or address, the first one preferred; naming any is asking for conda. */
  readonly channels?: readonly string[];
  /** A file that says what is to be in it; `name` may then be empty, if the file has one. */
  readonly file?: string;
  /** Requirements for pip's index, on top of conda's packages. */
  readonly pip?: readonly string[];
  /** The directory to make it in, or the very directory that it is to be, instead of the site's. */
  readonly root?: string;
  readonly prefix?: string;
  /** The partition that it is for: packages are chosen for its GPUs. */
  readonly partition?: string;
  /** The CUDA that those GPUs run, such as `12.4`, or `none`: what the profile does not say. */
  readonly cuda?: string;
  /** Environment modules it needs, by their full names. */
  readonly modules?: readonly string[];
  /** A person agreed to take from other channels what a file has of conda's `defaults`. */
  readonly withoutDefaults?: boolean;
}
