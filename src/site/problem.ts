/** One thing wrong in a profile, and where. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Keys joined by dots; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what is expected. */
  readonly message: string;
}

/** `file:line:column path: message`, as compilers have it, so that editors can go there. */
export function problemLine({ file, line, column, path, message }: Problem): string {
  return `${file}:${line}:${column} ${path === '' ? '' : `${path}: `}${message}`;
}
