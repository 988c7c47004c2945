import { PierError } from '../files/index.ts';
import type { OpenQuestion, Site } from '../site/index.ts';
import type { CommandContext, Options } from './command.ts';
import { onInterrupt } from './interrupt.ts';
import { printLine, printNote, printResult } from './print.ts';
import { type ShownProgress, showProgress } from './progress.ts';
import { isTerminal } from './terminal.ts';

/** What a command gets to work with, from what was typed; and its progress, to be taken off the screen at the end. */
export function makeContext(words: readonly string[], options: Options): CommandContext & { shown: ShownProgress } {
  const json = options.flag('json');
  const verbose = options.flag('verbose');
  const shown = showProgress({ quiet: json && !verbose });
  const isInteractive = () => !json && !options.flag('no-input') && isTerminal(0) && isTerminal(2);
  return {
    words,
    options,
    json,
    verbose,
    shown,
    get interactive() {
      return isInteractive();
    },
    explain: options.flag('explain'),
    site: once(() => loadSiteNamed(options.value('site'), isInteractive)),
    progress: shown.progress,
    confirm: async (question) => {
      shown.clear();
      return options.flag('yes') || (await ask(question, isInteractive()));
    },
    choose: async (question, choices, otherwise) => {
      shown.clear();
      return await pick(question, choices, otherwise, isInteractive());
    },
    answer: (result) => {
      shown.clear();
      printResult(result, json);
    },
    line: printLine,
    note: (text) => {
      shown.clear();
      if (!json || verbose) printNote(text);
    },
    onInterrupt,
  };
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

async function loadSiteNamed(name: string | undefined, isInteractive: () => boolean): Promise<Site> {
  const { loadSite } = await import('../site/index.ts');
  const site = await loadSite(name === undefined ? {} : { site: name });
  for (const question of site.undecided)
    if (question.choices.length > 0 && isInteractive()) await settle(site, question);
  return site;
}

/** Asked once: the answer is remembered for the site. */
async function settle(site: Site, question: OpenQuestion): Promise<void> {
  const { askWhich } = await import('./questions.ts');
  const message = `Whose space do you work in here? (${question.place}; pier remembers it, and export ${question.variable}=… is for another)`;
  const value = await askWhich(message, question.choices);
  const { decide } = await import('../site/index.ts');
  await decide(site, question, value);
}

async function ask(question: string, interactive: boolean): Promise<boolean> {
  if (!interactive) {
    throw new PierError('needs-answer', `Nobody is here to answer: ${question}`, {
      hint: 'Answer it beforehand: the same with --yes',
    });
  }
  const { askYesNo } = await import('./questions.ts');
  return await askYesNo(question);
}

async function pick(
  message: string,
  choices: readonly string[],
  otherwise: string,
  interactive: boolean,
): Promise<string> {
  if (!interactive) {
    throw new PierError('needs-answer', `Nobody is here to answer: ${message} There are ${choices.join(', ')}.`, {
      hint: `the same with ${otherwise}`,
    });
  }
  const { askWhich } = await import('./questions.ts');
  return await askWhich(message, choices);
}
