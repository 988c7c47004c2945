import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { freshFolder } from '../hand-made.ts';
import { readRequestFile } from './read.ts';

let folder: string;

beforeEach(async () => {
  folder = await freshFolder();
  return () => rm(folder, { recursive: true });
});

async function read(text: string, others: Readonly<Record<string, string>> = {}) {
  const files = { 'requirements.txt': text, ...others };
  for (const [name, its] of Object.entries(files)) await writeFile(path.join(folder, name), its);
  return await readRequestFile(path.join(folder, 'requirements.txt'));
}

const at = (place: string) => path.join(folder, place);
const sum = `sha256:${'a'.repeat(64)}`;

test('sums on lines of their own belong to the requirement before them', async () => {
  const { places, sums } = await read(`# all\nsix==1.17.0 \\\n    --hash=${sum} \\\r\n  --hash=${sum}  # two\nidna\n`);
  expect(sums).toEqual([{ name: 'six', version: '1.17.0', sums: [sum, sum], place: at('requirements.txt:2') }]);
  expect([...places]).toEqual([
    ['six==1.17.0', at('requirements.txt:2')],
    ['idna', at('requirements.txt:5')],
  ]);
});

test('requirements and sums of files that it takes in count; constraints ask for nothing', async () => {
  const { places, sums, remarks } = await read('-r more.txt\n-r more.txt\n--constraint=only.txt\n', {
    'more.txt': 'idna\n',
    'only.txt': `six==1.17.0 --hash=${sum}\n`,
  });
  expect([...places]).toEqual([['idna', at('more.txt:1')]]);
  expect(sums).toMatchObject([{ name: 'six', place: at('only.txt:1') }]);
  expect(remarks).toEqual([]);
});

test.each(['', '# nothing yet\n', '--index-url https://x.org/simple\n', '-c requirements2.txt\n'])(
  'a file that asks for nothing, %j, is said to',
  async (text) => {
    const { remarks } = await read(text, { 'requirements2.txt': 'six\n' });
    expect(remarks).toEqual([`${at('requirements.txt')} asks for nothing, so Python alone comes of it.`]);
  },
);

test.each([
  ['six\n-r requirements.txt\n', 2, 'takes in this one'],
  ['-rother.txt\n', 1, 'takes in this one'],
  ['six\n-r gone.txt\n', 2, 'is not there'],
  ['--requirement .\n', 1, 'is no file'],
  ['-r https://x.org/r.txt\n', 1, 'at an address'],
])('%j is refused at its line', async (text, line, why) => {
  const file = text.startsWith('-rother') ? 'other.txt' : 'requirements.txt';
  await expect(read(text, { 'other.txt': '-r requirements.txt\n' })).rejects.toMatchObject({
    code: 'file-invalid',
    message: expect.stringMatching(new RegExp(`^${at(file)}:${line}: .*${why}`)),
    hint: expect.any(String),
  });
});

test('three million lines are refused at once, also in a file that is taken in', async () => {
  const many = 'six\n'.repeat(3_000_000);
  const long = { code: 'file-invalid', message: expect.stringContaining('more than 20,000 lines or 4 MiB') };
  await expect(read(many)).rejects.toMatchObject(long);
  await expect(read('-r many.txt\n', { 'many.txt': many })).rejects.toMatchObject(long);
  await expect(read('six\n'.repeat(20_001))).rejects.toMatchObject(long);
});
