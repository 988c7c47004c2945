import { createHash } from 'node:crypto';
import { PierError, tilde } from '../files/index.ts';
import type { RequiredSums } from './required-sums.ts';

/** One package of conda's explicit file. */
export interface ExplicitPackage {
  readonly url: string;
  /** In hexadecimal, as the file has it. */
  readonly md5?: string;
  readonly sha256?: string;
  /** Counted from 1. */
  readonly line: number;
}

/** What a file asks for, whatever its kind. */
export interface RequestFile {
  readonly kind: 'environment' | 'explicit' | 'requirements' | 'project' | 'uv-lock' | 'pylock';
  /** Absolute. */
  readonly file: string;
  /** Of its text, in hexadecimal. */
  readonly sha256: string;
  /** The name that the file gives the environment, and where. */
  readonly name: { readonly text: string; readonly place: string } | null;
  readonly channels: readonly string[];
  /** Match specs; a file that uv reads by itself has none here. */
  readonly specs: readonly string[];
  /** Lines of a requirements file, for pip's layer. */
  readonly pip: readonly string[];
  readonly explicit: readonly ExplicitPackage[];
  /** Variables that activation sets. */
  readonly variables: Readonly<Record<string, string>>;
  /** Where each spec or requirement stands, such as `environment.yml:7`. */
  readonly places: ReadonlyMap<string, string>;
  /** Sums of a requirements file. */
  readonly sums: readonly RequiredSums[];
  /** What a person is to know about the file: what of it is not taken, and why. */
  readonly remarks: readonly string[];
}

export function emptyFile(kind: RequestFile['kind'], file: string, text: string): RequestFile {
  return {
    kind,
    file,
    sha256: createHash('sha256').update(text).digest('hex'),
    name: null,
    channels: [],
    specs: [],
    pip: [],
    explicit: [],
    variables: {},
    places: new Map(),
    sums: [],
    remarks: [],
  };
}

/** `environment.yml:7`, as it was named. */
export function placeIn(file: string, line: number): string {
  return `${tilde(file)}:${line}`;
}

export function fileInvalid(file: string, line: number, why: string, hint: string): PierError {
  return new PierError('file-invalid', `${placeIn(file, line)}: ${why}`, { hint });
}
