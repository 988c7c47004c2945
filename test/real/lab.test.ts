import { createHash, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../sandbox.ts';
import { browser } from './browser.ts';
import { type Foreground, type FreshClone, freshClone } from './fresh-clone.ts';
import { newNotebook, openedNotebook, printed } from './jupyterlab.ts';

let clone: FreshClone;
let lab: Foreground;
let chromium: Awaited<ReturnType<typeof browser>>;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  clone = await freshClone();
  lab = clone.start('lab', '--no-browser');
  const address = await lab.prints(/http:\/\/\S+\.localhost:\d+\/\S+#\S+/, 800_000);
  chromium = await browser();
  page = await chromium.newPage();
  page.on(
    'response',
    (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`),
  );
  await page.goto(address);
  await page.waitForURL(/\/lab/);
});
afterAll(async () => {
  await chromium[Symbol.asyncDispose]();
  await clone[Symbol.asyncDispose]();
});

test('two commands of a fresh clone are all it takes: it says what it does, what it will cost, and where to look', () => {
  const said = lab.output();
  expect(said).toMatch(/sci will be \d+ packages, about [\d,]+ files/);
  expect(said).toMatch(/JupyterLab in sci \(session \w+\) is ready/);
  const long = said.split('\n').filter((line) => line.length > 80 && !line.includes('http'));
  expect(long).toEqual([]);
});

test('a cell runs, and the key is gone from the address', async () => {
  const notebook = await newNotebook(page);
  expect(await printed(await notebook.run('print(6*7)'))).toBe('42');
  expect(page.url()).not.toContain('#');
});

test('a plot is shown inline', async () => {
  const notebook = await openedNotebook(page);
  const output = await notebook.run(
    '%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 4, 9]);\nplt.show()',
  );
  const image = output.locator('.jp-RenderedImage img');
  await image.waitFor();
  expect(await image.evaluate((node) => (node as unknown as { naturalWidth: number }).naturalWidth)).toBeGreaterThan(
    100,
  );
});

test('a figure of %matplotlib widget is alive: what the kernel draws later appears in it', async () => {
  const notebook = await openedNotebook(page);
  const output = await notebook.run(
    '%matplotlib widget\nfigure, axes = plt.subplots()\naxes.plot([3, 1, 2])\nplt.show()',
  );
  const canvas = output.locator('.jupyter-matplotlib canvas').first();
  await canvas.waitFor();
  const pixels = () => canvas.evaluate((node) => (node as unknown as { toDataURL: () => string }).toDataURL());
  const before = await until(async () => {
    const seen = await pixels();
    return seen.length > 5000 && seen;
  });
  await notebook.run('axes.set_facecolor("tab:red"); figure.canvas.draw()');
  await until(async () => (await pixels()) !== before);
});

test('after a reload the notebook has its kernel still', async () => {
  const before = await printed(await (await openedNotebook(page)).run('import os; print(os.getpid())'));
  await page.keyboard.press('Control+s');
  await page.reload();
  const after = await printed(await (await openedNotebook(page)).run('print(os.getpid())'));
  expect(after).toBe(before);
});

test('50 MB go up and come down intact', async () => {
  const bytes = randomBytes(50_000_000);
  const file = path.join(clone.box.directory, 'fifty.bin');
  await writeFile(file, bytes);
  const chooser = page.waitForEvent('filechooser');
  await page
    .locator('.jp-ToolbarButtonComponent[data-command="filebrowser:upload"], [title^="Upload"]')
    .first()
    .click();
  await (await chooser).setFiles(file);
  // JupyterLab asks before it uploads anything over 15 MB.
  await page.locator('.jp-Dialog .jp-mod-accept').click();
  const there = path.join(clone.directory, 'fifty.bin');
  const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex');
  await until(async () => (await readFile(there).catch(() => Buffer.alloc(0))).length === bytes.length, 60_000);
  expect(hash(await readFile(there))).toBe(hash(bytes));

  const item = page.locator('.jp-DirListing-item', { hasText: 'fifty.bin' });
  await item.click({ button: 'right' });
  const download = page.waitForEvent('download');
  await page.locator('.lm-Menu-item[data-command="filebrowser:download"]').click();
  expect(hash(await readFile(await (await download).path()))).toBe(hash(bytes));
});

test('nothing on the way was refused', () => {
  expect(complaints.filter((line) => !/\/(api\/contents\/.*checkpoints|lab\/api\/workspaces)/.test(line))).toEqual([]);
});

test('Ctrl+C where nobody can be asked stops the session, and nothing of it is left', async () => {
  lab.process.kill('SIGINT');
  expect(await lab.ended).toBe(0);
  expect(lab.output()).toContain('It was stopped by Ctrl+C.');
});
