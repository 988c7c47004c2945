import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { sandbox } from '../../../test/sandbox.ts';
import { known, type Question } from './turns.ts';

/** A question about a number that grows each time it is asked; `fails` says why it has no answer. */
function counting(directory: string, fails: () => string | undefined = () => undefined) {
  let asked = 0;
  const question: Question<number> = {
    name: 'count',
    directory,
    read: (value) => (typeof value === 'number' ? value : undefined),
    ask: async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return fails() ?? asked;
    },
  };
  return { question, asked: () => asked };
}

const soon = () => 'soon' as const;
const now = () => 'now' as const;

/** As if so many seconds had passed since it was asked. */
async function age(directory: string, seconds: number, change: object = {}): Promise<void> {
  const file = path.join(directory, 'count.json');
  const record = JSON.parse(await readFile(file, 'utf8'));
  const recent = record.recent.map((time: string) => new Date(Date.parse(time) - seconds * 1000).toISOString());
  await writeFile(file, JSON.stringify({ ...record, recent, ...change }), { mode: 0o600 });
}

test('however many want to know, it is asked once', async () => {
  await using box = await sandbox();
  const { question, asked } = counting(box.directory);
  const answers = await Promise.all(Array.from({ length: 20 }, () => known(question, soon, 5000)));
  expect(answers.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, () => 1));
  expect(await known(question, now, 5000)).toMatchObject({ value: 1, failure: null });
  expect(asked()).toBe(1);
  await age(box.directory, 17);
  expect(await known(question, soon, 5000)).toMatchObject({ value: 2 });
});

test('no answer leaves what was known, with the time of that', async () => {
  await using box = await sandbox();
  let failure: string | undefined;
  const { question } = counting(box.directory, () => failure);
  const { taken } = await known(question, soon, 5000);
  await age(box.directory, 17);
  failure = 'it sleeps';
  expect(await known(question, soon, 5000)).toMatchObject({ value: 1, taken, failure });
});

test('whoever asked and was killed counts, and keeps nobody waiting', async () => {
  await using box = await sandbox();
  const { question, asked } = counting(box.directory);
  await known(question, soon, 5000);
  await age(box.directory, 1, { asking: true });
  const began = Date.now();
  expect(await known(question, now, 20_000)).toMatchObject({ value: 1, asking: false });
  expect(Date.now() - began).toBeLessThan(10_000);
  expect(asked()).toBe(1);
});

test('a record that is damaged, or another version’s, is written anew', async () => {
  await using box = await sandbox();
  const { question } = counting(box.directory);
  const file = path.join(box.directory, 'count.json');
  for (const text of ['{', '[]', '{"recent": "yesterday"}', '{"recent": [], "value": "many"}']) {
    await writeFile(file, text, { mode: 0o600 });
    expect((await known(question, soon, 5000)).failure).toBeNull();
  }
  expect(JSON.parse(await readFile(file, 'utf8')).value).toBeGreaterThan(0);
});

test('where nothing can be written it is asked nevertheless, and remembered', async () => {
  await using box = await sandbox();
  const place = path.join(box.directory, 'a-file');
  await writeFile(place, '');
  const { question, asked } = counting(path.join(place, 'below'));
  expect(await known(question, soon, 5000)).toMatchObject({ value: 1 });
  expect(await known(question, soon, 5000)).toMatchObject({ value: 1 });
  expect(asked()).toBe(1);
});
