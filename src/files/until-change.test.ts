import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { untilChange } from './until-change.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pier-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

test('a record that is renamed into place is noticed long before the time is over', async () => {
  const record = path.join(directory, 'record.json');
  await writeFile(`${record}.new`, '{}');
  const changed = untilChange(directory, 60_000);
  await rename(`${record}.new`, record);
  expect(await changed).toBeUndefined();
});

test('where nothing can be watched, the time passes and nothing fails', async () => {
  for (const place of [path.join(directory, 'missing'), directory]) {
    const began = performance.now();
    await untilChange(place, 20);
    expect(performance.now() - began).toBeGreaterThan(15);
  }
});
