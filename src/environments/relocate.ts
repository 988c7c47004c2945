import { createHash } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, rename, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { installedIn } from './distributions.ts';
import { recordRows } from './installed-files.ts';

/** Bytes; a text with a path in it is shorter. */
const longestText = 4 * 1024 * 1024;

/** A virtual environment's former place and name, which some of its texts have in them. */
export interface Former {
  readonly prefix: string;
  readonly name: string;
}

/**
 * Has the texts of a virtual environment name its new place: first lines of scripts, `.pth` files, kernels, and whatever
 * else has the old one in it. Doing it twice does no harm.
 *
 * Files with several links are in uv's cache too, so no path can be in them; they are not read. `final`: where it will be.
 */
export async function relocate(prefix: string, former: Former, final: Former): Promise<void> {
  const changed: string[] = [];
  const old = Buffer.from(former.prefix);
  const waiting = [prefix];
  for (let directory = waiting.pop(); directory !== undefined; directory = waiting.pop()) {
    const entries = readdirSync(directory, { withFileTypes: true });
    // Left by one that was killed. Before the others: rewriting one of them would take it away under our eyes.
    for (const { name } of entries.filter(isUnfinished)) await unlink(path.join(directory, name));
    for (const entry of entries.filter((each) => !isUnfinished(each))) {
      const file = path.join(directory, entry.name);
      if (entry.isDirectory() && entry.name !== '__pycache__') waiting.push(file);
      if (entry.isFile() && (await rewrite(file, old, former, final))) changed.push(file);
    }
    await setImmediate();
  }
  await correctRecords(prefix, new Set(changed));
}

/** What is being written beside a file, until it is renamed to that. */
const unfinished = '.pier-new';

function isUnfinished(entry: Dirent): boolean {
  return entry.isFile() && entry.name.endsWith(unfinished);
}

/** Whether it names the new place now: also one that was rewritten before its package's list was put right. */
async function rewrite(file: string, old: Buffer, former: Former, final: Former): Promise<boolean> {
  const stats = lstatSync(file);
  if (stats.nlink > 1 || stats.size > longestText || stats.size === 0) return false;
  const before = readFileSync(file);
  const names = isPromptFile(file);
  if ((!names && !before.includes(old) && !before.includes(final.prefix)) || before.includes(0)) return false;
  const text = before.toString('utf8');
  const moved = replacePath(text, former.prefix, final.prefix);
  const after = names ? replacePrompt(moved, former.name, final.name) : moved;
  if (after === text) return text.includes(final.prefix);
  if (!Buffer.from(text).equals(before)) return false;
  const beside = `${file}${unfinished}`;
  await writeFile(beside, after);
  await chmod(beside, stats.mode & 0o7777);
  await rename(beside, file);
  return true;
}

/** `/envs/a` and `/envs/a/bin`, but neither `/envs/ab` nor `/envs/a.old`. */
export function replacePath(text: string, from: string, to: string): string {
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w.-])${escaped}(?![\\w.+-])`, 'gu'), () => to);
}

function isPromptFile(file: string): boolean {
  const name = path.basename(file);
  return name === 'pyvenv.cfg' || (/^activate/i.test(name) && path.basename(path.dirname(file)) === 'bin');
}

/** The name that uv and venv write for the shell's prompt. */
function replacePrompt(text: string, from: string, to: string): string {
  const escaped = from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text
    .replace(new RegExp(`^(prompt = )(['"]?)${escaped}\\2$`, 'm'), (_, key, quote) => `${key}${quote}${to}${quote}`)
    .replace(new RegExp(`(VIRTUAL_ENV_PROMPT\\W{1,8})${escaped}(?=['")])`, 'g'), (_, before) => `${before}${to}`);
}

/** A package's list of its files has their hashes: those of scripts that were rewritten are put right. */
async function correctRecords(prefix: string, changed: ReadonlySet<string>): Promise<void> {
  if (changed.size === 0) return;
  for (const { directory } of installedIn(prefix)) {
    const rows = (recordRows(directory) ?? []).filter(({ file, hash }) => hash !== '' && changed.has(file));
    if (rows.length === 0) continue;
    const file = path.join(directory, 'RECORD');
    let text = readFileSync(file, 'utf8');
    for (const row of rows) {
      const content = readFileSync(row.file);
      const hash = `sha256=${createHash('sha256').update(content).digest('base64url')}`;
      text = text.replace(`${row.hash},${row.size ?? ''}`, () => `${hash},${content.length}`);
    }
    await writeFile(`${file}${unfinished}`, text);
    await rename(`${file}${unfinished}`, file);
  }
}
