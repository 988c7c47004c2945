import type { Progress } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { Environment, Forecast, Package } from './environment.ts';
import type { Former } from './relocate.ts';

/**
 * What both kinds of environment can be asked for. `uv/back-end.ts` and `conda/back-end.ts` each export one as `backEnd`.
 *
 * Leases, journals, trash and what a person is told are the callers': a back end only knows its own tools and files.
 * Every `prefix` it is given may be changed; none is looked up again by name.
 */
export interface BackEnd {
  /** Decides exactly what a change leads to. Changes nothing. Errors: those of resolving. */
  readonly planChange: (site: Site, change: Change, progress: Progress) => Promise<PlannedChange>;
  /**
   * Puts an environment back to what its record says, after a change that was interrupted anywhere.
   *
   * What the change saved for that is in `<prefix>/.pier/change/`, which the caller removes afterwards.
   */
  readonly repair: (site: Site, environment: Environment, progress: Progress) => Promise<void>;
  /** The commands that a person would type for a change. Runs nothing. */
  readonly explainChange: (site: Site, change: Change) => Promise<string[]>;
  /** Copies an environment to `stage.prefix`, from where it will be renamed to `stage.target`. */
  readonly clone: (site: Site, source: Environment, stage: CloneStage, progress: Progress) => Promise<void>;
  /** Has an environment that was moved name its new place. `former`: where and what it was. May be done twice. */
  readonly relocate: (site: Site, environment: Environment, former: Former) => Promise<void>;
  readonly explainClone: (site: Site, source: Environment, target: string) => Promise<string[]>;
  /** The first is what `pier env export` writes when nothing else is asked for. */
  readonly exportFormats: readonly ExportFormat[];
  /** The text of a file from which the same can be made again. The same environment gives the same text. */
  readonly exportAs: (
    site: Site,
    environment: Environment,
    format: ExportFormat,
    progress: Progress,
  ) => Promise<string>;
  /** What is installed, by whom, and what needs what; reads files only, sorted by name. */
  readonly packages: (environment: Environment) => Package[];
  /** Compares every installed file with what its package says of it. Reads only; starts nothing. */
  readonly verifyFiles: (environment: Environment, progress: Progress) => Promise<Finding[]>;
}

/** What a person asks to have changed, with everything looked up. */
export interface Change {
  readonly environment: Environment;
  /** Requirements to add; one for a package that was asked for before replaces that. */
  readonly install: readonly string[];
  /** Names of packages to take away. */
  readonly uninstall: readonly string[];
  /** With `install`: by pip's index, on top of what conda installed. Means nothing to a virtual environment. */
  readonly pip: boolean;
}

/** One package that comes, goes, or gets another version. */
export interface Move {
  readonly name: string;
  /** null: it was not there. */
  readonly from: string | null;
  /** null: it will not be there. */
  readonly to: string | null;
}

export interface PlannedChange {
  readonly moves: readonly Move[];
  /** What comes on top of what is there; files and bytes that go are not taken off. */
  readonly forecast: Forecast;
  /** What the record will have as asked for: all of it, and what came through pip on a conda environment. */
  readonly specs: readonly string[];
  readonly pip: readonly string[];
  /**
   * Saves what `repair` needs into `<prefix>/.pier/change/`, which is there and empty, and then does it.
   *
   * Gives what the record is to say besides `specs`, `pip`, files and bytes. `signal` is asked between its steps.
   */
  readonly apply: (progress: Progress, signal: AbortSignal) => Promise<Changed>;
}

/** What `apply` found out: fields of the record that changed with it. */
export interface Changed {
  /** SHA-256 of the exact list in hexadecimal, which `apply` has put in place; null where there is none. */
  readonly lock: string | null;
  readonly variables: Readonly<Record<string, string>>;
  /** What did it, such as `uv 0.13.9`. */
  readonly tool: string;
}

export interface CloneStage {
  readonly prefix: string;
  readonly target: string;
  readonly signal: AbortSignal;
}

/**
 * `environment`: a minimal environment.yml of what was asked for. `full`: all of it with versions. `explicit`: addresses
 * and MD5, for conda. `requirements`: pinned, with hashes. `pylock`: PEP 751.
 */
export type ExportFormat = 'environment' | 'full' | 'explicit' | 'requirements' | 'pylock';

/** Something that is not as it should be. */
export interface Finding {
  /** `missing`, `changed`, `link` (leads nowhere), `python` (does not start), `import` … stable words. */
  readonly problem: string;
  /** Relative to the prefix where it is a file of it; else an absolute path or a package's name. */
  readonly place: string;
  /** In plain words. */
  readonly detail: string;
}

/** The back end of an environment's kind. Loaded only when asked, because listing needs none of it. */
export async function backEndOf({ kind }: Pick<Environment, 'kind'>): Promise<BackEnd> {
  const { backEnd } = kind === 'conda' ? await import('./conda/back-end.ts') : await import('./uv/back-end.ts');
  return backEnd;
}
