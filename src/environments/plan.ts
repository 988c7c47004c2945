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
}

/** What will be made, down to each file's hash, and what it costs. Making it decides nothing any more. */
export interface Plan {
  readonly wanted: Wanted;
  readonly forecast: Forecast;
  readonly uv: Uv;
  readonly python: Python;
  readonly lock: Lock;
  /** The package index did not answer: everything has to be in uv's cache. */
  readonly offline: boolean;
}
