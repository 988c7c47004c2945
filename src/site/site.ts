import type * as z from 'zod';
import type { OpenQuestion } from './project.ts';
import type { profileSchema } from './schema.ts';

type Fixed<T> = T extends readonly unknown[]
  ? { readonly [K in keyof T]: Fixed<T[K]> }
  : T extends object
    ? { readonly [K in keyof T]: Fixed<T[K]> }
    : T;

/** Everything pier knows about a site, as plain values: what its profile leaves out is as in `local`. */
export type Profile = Fixed<z.output<typeof profileSchema>>;

/** One value of a profile, and where it comes from. */
export interface Leaf {
  /** Keys joined by dots, such as `jupyter.ready_timeout`. */
  readonly path: string;
  readonly value: unknown;
  /** The document or the measurement that says so. */
  readonly source: string | null;
  /** The day that somebody last looked: `YYYY-MM-DD`, or `YYYY-MM`. */
  readonly checked: string | null;
  /** The id of the profile that has it. */
  readonly profile: string;
}

export interface Site {
  readonly id: string;
  readonly name: string;
  /** What chose it: `--site`, `PIER_SITE`, a file, `host name …`, or `default`. */
  readonly chosenBy: string;
  /** The profile's file; null for one that pier ships. */
  readonly file: string | null;
  readonly profile: Profile;
  readonly leaves: readonly Leaf[];
  /** Variables of its paths, by name, that the person's groups or an earlier answer decided. */
  readonly decided: Readonly<Record<string, string>>;
  /** Variables of its paths that only the person can decide; empty when there is nothing to ask. */
  readonly undecided: readonly OpenQuestion[];
}
