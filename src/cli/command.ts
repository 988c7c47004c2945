import type { Progress } from '../files/index.ts';
import type { Site } from '../site/index.ts';

/** One row of the table in program.ts. */
export interface CommandRow {
  /** The words that name it, such as `env create`. */
  readonly path: string;
  readonly summary: string;
  readonly group?: Group;
  readonly arguments?: readonly ArgumentRow[];
  readonly options?: readonly OptionRow[];
  /** What a person types, and what it does. */
  readonly examples?: readonly (readonly [command: string, does: string])[];
  /** Neither in help nor in completion. */
  readonly hidden?: boolean;
  /** Runs a program and passes on its status: options after the first word are the program's, and 125 means pier failed. */
  readonly passesOn?: boolean;
  /** Answers `--explain` itself; for any other command pier says that nothing does the same by hand. */
  readonly explains?: boolean;
  readonly load: () => Promise<CommandModule>;
}

export type Group = 'Notebooks' | 'Environments' | 'Running things' | 'This place';

export interface ArgumentRow {
  /** As commander writes it: `<name>`, `[name]`, `<names...>`, `[names...]`. */
  readonly name: string;
  readonly summary: string;
  readonly complete?: Completable;
  /** The command takes it only to say what was meant; no hint asks for it. */
  readonly refused?: boolean;
}

export interface OptionRow {
  /** As commander writes it: `-e, --env <name>`. */
  readonly flags: string;
  readonly summary: string;
  readonly complete?: Completable;
  readonly choices?: readonly string[];
  /** Takes several values with commas between, and may be given several times. */
  readonly list?: boolean;
  readonly hidden?: boolean;
}

/** What a value can be completed with. */
export type Completable =
  | 'environment'
  | 'session'
  | 'site'
  | 'catalogue'
  | 'command'
  | 'shell'
  | 'file'
  | 'directory'
  | 'partition';

export interface CommandModule {
  readonly run: (context: CommandContext) => Promise<CommandResult | undefined>;
}

/** What a command is given. It computes, and leaves printing to print.ts. */
export interface CommandContext {
  /** Words that are no options, in order. */
  readonly words: readonly string[];
  readonly options: Options;
  /** The site profile in force; read once, when first asked for. */
  readonly site: () => Promise<Site>;
  /** Shows what a long step does, on stderr. */
  readonly progress: Progress;
  /** A person is there to be asked: a terminal on both sides, no `--json`, no `--no-input`. */
  readonly interactive: boolean;
  /** Say how it is done by hand, and do nothing. */
  readonly explain: boolean;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Asks; `--yes` answers yes. Throws `needs-answer` when nobody can be asked, saying which option answers. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Has a person pick one. Throws `needs-answer` with `otherwise`, the option that answers, when nobody can be asked. */
  readonly choose: (question: string, choices: readonly string[], otherwise: string) => Promise<string>;
  /** Prints a result before the command ends, for one that then stays, such as `lab`. */
  readonly answer: (result: CommandResult) => void;
  /** One line of a stream on stdout, such as a log. */
  readonly line: (text: string) => void;
  /** A remark for the person on stderr; nothing with `--json` unless `--verbose`. */
  readonly note: (text: string) => void;
  /** From now until disposed, Ctrl+C and SIGTERM call this and do not end pier. */
  readonly onInterrupt: (handler: (signal: NodeJS.Signals) => void) => Disposable;
}

/** Options by their long name, such as `env` or `no-browser`. */
export interface Options {
  readonly flag: (name: string) => boolean;
  readonly value: (name: string) => string | undefined;
}

/** What a command found out or did. */
export interface CommandResult {
  /** What `--json` writes: `{"environments": [ … ]}`, `{"environment": { … }}`. */
  readonly value: object | null;
  /** The same for a person; made by result(), which holds the two types together. */
  readonly human: (value: never) => string;
  /** That text is a file's or a shell's, not a person's: nothing in it is put another way. */
  readonly isVerbatim?: true;
  /** 1 when the answer is no; or the program's own. */
  readonly exitStatus: number;
}

/**
 * A command's answer. `human` gets a copy of `value` in which every string has passed printable(), newlines excepted,
 * so a printer may put it on a terminal as it is (table() writes newlines as escapes); an empty text prints nothing.
 */
export function result<Value extends object>(
  value: Value,
  human: (value: Value) => string,
  exitStatus = 0,
): CommandResult {
  return { value, human, exitStatus };
}

/** As result(), where the text is a script, a file or a log. */
export function verbatim<Value extends object>(value: Value, text: (value: Value) => string): CommandResult {
  return { ...result(value, text), isVerbatim: true };
}

/** The answer of a command that ran another program, which said all there is to say: only its exit status. */
export function passedOn(exitStatus: number): CommandResult {
  return { value: null, human: () => '', exitStatus };
}
