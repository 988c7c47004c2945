import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { watchChanges } from './changes.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pier-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function renameInto(name: string): Promise<void> {
  await writeFile(path.join(directory, `${name}.new`), '{}');
  await rename(path.join(directory, `${name}.new`), path.join(directory, name));
}

test('a record that is renamed into place is noticed long before the time is over', async () => {
  using changes = watchChanges(directory);
  const changed = changes.next(60_000);
  await renameInto('record.json');
  expect(await changed).toBeUndefined();
});

test('so is one that came before anybody waited', async () => {
  using changes = watchChanges(directory);
  await renameInto('record.json');
  // The kernel has told of it by now, and nobody has asked.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(await changes.next(60_000)).toBeUndefined();
});

test('where nothing can be watched, the time passes and nothing fails', async () => {
  for (const place of [path.join(directory, 'missing'), directory]) {
    using changes = watchChanges(place);
    const began = performance.now();
    await changes.next(20);
    expect(performance.now() - began).toBeGreaterThan(15);
  }
});
