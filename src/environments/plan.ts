import type { CondaRecord } from './conda/rattler.ts';
import type { CondaName, SiteProgram } from './conda/site-program.ts';
import type { Forecast } from './environment.ts';
import type { ExplicitPackage, RequestFile } from './request-file.ts';
import type { Target } from './target.ts';
import type { Lock } from './uv/lock.ts';
import type { Uv } from './uv/program.ts';
import type { Python } from './uv/python.ts';

/** A request with everything decided that a back end does not decide. */
export interface Wanted {
  readonly name: string;
  /** The directory that environments are made in. */
  readonly root: string;
  /** Name of the catalogue's list, or null. */
  readonly from: string | null;
  /** Every requirement that was typed or is in the list, for conda also the file's: sorted and without doubles. */
  readonly specs: readonly string[];
  readonly python: string | null;
  readonly backEnd: 'uv' | 'conda';
  /** Why this back end, in plain words. */
  readonly reason: string;
  /** Which program is to make a conda environment; null: the site's if it has one, else py-rattler. */
  readonly maker: CondaName | 'rattler' | null;
  /** conda channels by name or address, the first one preferred; for uv none. */
  readonly channels: readonly string[];
  /** Requirements that uv installs on top of conda's packages: lines of a requirements file. */
  readonly pip: readonly string[];
  /** Exact packages of conda's explicit file; then `specs` says the same. */
  readonly explicit: readonly ExplicitPackage[];
  /** Environment modules that it needs. */
  readonly modules: readonly string[];
  /** Variables that activation of a conda environment sets. */
  readonly variables: Readonly<Record<string, string>>;
  /** The file that it is made from, or null. */
  readonly file: RequestFile | null;
  /** For which GPUs packages are chosen; null: for those of this machine. */
  readonly target: Target | null;
  /** What a person is to know before it is made. */
  readonly remarks: readonly string[];
  /** SHA-256 of all that was asked for, in hexadecimal. */
  readonly fingerprint: string;
}

/**
 * What will be made, down to each file's hash, and what it costs. Making it decides nothing any more, except that a
 * site's own conda chooses again what it told a moment ago.
 */
export type Plan = UvPlan | CondaPlan;

export interface UvPlan {
  readonly backEnd: 'uv';
  readonly wanted: Wanted;
  readonly forecast: Forecast;
  readonly uv: Uv;
  readonly python: Python;
  readonly lock: Lock;
  /** What the record has as asked for: with the file's requirements. */
  readonly specs: readonly string[];
  /** The package index did not answer: everything has to be in uv's cache. */
  readonly offline: boolean;
}

export interface CondaPlan {
  readonly backEnd: 'conda';
  readonly wanted: Wanted;
  readonly forecast: Forecast;
  /** null when there is none and nothing needed it yet. */
  readonly uv: Uv | null;
  /** The site's or the user's own conda, which makes it; null: py-rattler does. */
  readonly program: SiteProgram | null;
  /** conda's own records of the exact packages, sorted by name. */
  readonly records: readonly CondaRecord[];
  /** Every match spec, the one for Python included. */
  readonly specs: readonly string[];
}

/** What a back end found out while making an environment. */
export interface Made {
  /** Variables without which its Python does not load. */
  readonly variables: Readonly<Record<string, string>>;
  /** Version, and directory of the base interpreter; null when there is no Python in it. */
  readonly python: { readonly version: string; readonly base: string } | null;
  /** SHA-256 of the exact list in its `.pier`, in hexadecimal. */
  readonly lock: string;
  /** What made it, such as `uv 0.13.9`. */
  readonly maker: string;
}
