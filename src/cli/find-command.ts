import { commands, everywhere } from './program.ts';

/** Whether the words name a command whose exit status is another program's. */
export function passesOn(argv: readonly string[]): boolean {
  const path = split(argv).path.join(' ');
  return commands.some((row) => row.path === path && row.passesOn);
}

/** A word, and not an option. */
export function isWord(word: string): boolean {
  return !word.startsWith('-');
}

/**
 * Takes the words that name a command out of the others; options may stand before and between them.
 * `stray` is what begins with the word at which the name stopped being one.
 */
export function split(argv: readonly string[]): { path: string[]; rest: string[]; stray: string[] } {
  const path: string[] = [];
  const rest: string[] = [];
  let at = 0;
  for (; at < argv.length && !isCommand(path); at++) {
    const word = argv[at] as string;
    if (!isWord(word) && word !== '--') {
      rest.push(word);
      if (takesValue(word)) rest.push(...argv.slice(++at, at + 1));
    } else if (isPrefix([...path, word])) path.push(word);
    else return { path, rest: [...rest, ...argv.slice(at)], stray: argv.slice(at).filter(isWord) };
  }
  return { path, rest: [...rest, ...argv.slice(at)], stray: [] };
}

function isCommand(words: readonly string[]): boolean {
  const path = words.join(' ');
  return path === 'help' || commands.some((row) => row.path === path);
}

/** Whether a command is named by these words, or by these and more. */
export function isPrefix(words: readonly string[]): boolean {
  const start = `${words.join(' ')} `;
  return isCommand(words) || commands.some((row) => row.path.startsWith(start));
}

function takesValue(flag: string): boolean {
  return everywhere.some((option) => option.flags.startsWith(`${flag} <`));
}
