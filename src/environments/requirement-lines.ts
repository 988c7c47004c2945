/** A line of a requirements file, those joined that a backslash continues, without comments. */
export interface RequirementLine {
  readonly text: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** The lines that say something (pip, requirements file format). */
export function requirementLines(text: string): RequirementLine[] {
  const found: RequirementLine[] = [];
  let begun: { readonly parts: string[]; readonly line: number } | undefined;
  for (const [index, whole] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const plain = whole.replace(/(^|\s)#.*$/, '').trimEnd();
    begun ??= { parts: [], line: index + 1 };
    begun.parts.push(plain.replace(/\\$/, '').trim());
    if (plain.endsWith('\\')) continue;
    add(found, begun);
    begun = undefined;
  }
  if (begun) add(found, begun);
  return found;
}

function add(found: RequirementLine[], { parts, line }: { readonly parts: string[]; readonly line: number }): void {
  const text = parts.filter((part) => part !== '').join(' ');
  if (text !== '') found.push({ text, line });
}
