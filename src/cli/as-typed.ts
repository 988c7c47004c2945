import { quote } from '../shell/index.ts';

/** The first words of commands, as prose has "pier makes" too; a test holds them to the table. */
const commands =
  /(?<![\w./-])pier (?=(?:catalogue|completion|env|exec|help|lab|notebook|portal|session|shell|site)\b)/g;

/**
 * Text with the commands in it as this person can type them: who runs `./pier` from a clone has no `pier` on PATH.
 * The launcher says how it was called where that is so, in PIER_CALLED_AS.
 */
export function asTyped(text: string): string {
  const called = process.env.PIER_CALLED_AS;
  return called ? text.replace(commands, () => `${quote(called)} `) : text;
}
