import type { CondaRecord } from './conda/rattler.ts';
import type { Forecast } from './environment.ts';
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
  /** Every requirement, those of the list included, sorted and without doubles. */
  readonly specs: readonly string[];
  readonly python: string | null;
  readonly backEnd: 'uv' | 'conda';
  /** Why this back end, in plain words. */
  readonly reason: string;
  /** conda channels by name or address, the first one preferred; for uv none. */
  readonly channels: readonly string[];
}

/** What will be made, down to each file's hash, and what it costs. Making it decides nothing any more. */
export type Plan = UvPlan | CondaPlan;

export interface UvPlan {
  readonly backEnd: 'uv';
  readonly wanted: Wanted;
  readonly forecast: Forecast;
  readonly uv: Uv;
  readonly python: Python;
  readonly lock: Lock;
  /** The package index did not answer: everything has to be in uv's cache. */
  readonly offline: boolean;
}

export interface CondaPlan {
  readonly backEnd: 'conda';
  readonly wanted: Wanted;
  readonly forecast: Forecast;
  readonly uv: Uv;
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
