import { quote } from '../shell/index.ts';

/** What can stand behind `pier`, as prose has "pier makes" too; a test holds them to the table. */
const second = '(?:--[a-z]+|catalogue|completion|env|exec|help|lab|notebook|portal|session|shell(?:-hook)?|site)\\b';

const commands = new RegExp(`(?<![\\w./-])pier (?=${second})`, 'g');

/** A command at the end of a sentence or of a part of it: `…, or remove it first: pier env remove sci`. */
const pasted = new RegExp(`(?<=: )\\S*pier ${second}.*?(?=[,;.)]+(?: |$)| \\(| {2}|$)`, 'g');

/**
 * Text with the commands in it as this person can type them: who runs `./pier` from a clone has no `pier` on PATH.
 * The launcher says how it was called where that is so, in PIER_CALLED_AS.
 */
export function asTyped(text: string): string {
  const called = process.env.PIER_CALLED_AS;
  return called ? text.replace(commands, () => `${quote(called)} `) : text;
}

/** Puts another character for the spaces inside the commands of a sentence, which are there to be pasted. */
export function joinCommands(line: string, joint: string): string {
  return line.replace(pasted, (command) => command.replaceAll(' ', joint));
}
