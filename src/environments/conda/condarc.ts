import { homedir } from 'node:os';
import path from 'node:path';
import { readSmallFile } from '../small-file.ts';

/** The user's own files, in the order in which conda reads them (conda, `SEARCH_PATH`); a later one goes before. */
function ownFiles(): string[] {
  const home = process.env.HOME || homedir();
  const settings = process.env.XDG_CONFIG_HOME || path.join(home, '.config');
  const files = [
    path.join(settings, 'conda', '.condarc'),
    path.join(settings, 'conda', 'condarc'),
    path.join(home, '.conda', '.condarc'),
    path.join(home, '.conda', 'condarc'),
    path.join(home, '.condarc'),
  ];
  return [...files, ...(process.env.CONDARC ? [process.env.CONDARC] : [])].reverse();
}

/** The channels that a user has set for conda, and in which file; undefined when they have set none. */
export async function condarcChannels(): Promise<{ file: string; channels: string[] } | undefined> {
  for (const file of ownFiles()) {
    const text = readSmallFile(file);
    if (text === undefined || !/^\s*channels\s*:/m.test(text)) continue;
    const { parse } = await import('yaml');
    const channels = channelsIn(parseOr(parse, text));
    if (channels.length > 0) return { file, channels };
  }
  return undefined;
}

/** conda complains itself about one that is no YAML; for pier it names no channels. */
function parseOr(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

function channelsIn(value: unknown): string[] {
  const channels = (value as { channels?: unknown } | null | undefined)?.channels;
  if (!Array.isArray(channels)) return [];
  return channels.filter((channel): channel is string => typeof channel === 'string' && channel !== 'nodefaults');
}
