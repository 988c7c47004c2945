import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

// docs/design.md has the picture. An import points down a floor, never up or across, and only at a room's index.
const floors: Record<string, number> = {
  files: 0,
  process: 1,
  shell: 1,
  site: 2,
  modules: 3,
  storage: 3,
  jobs: 3,
  hosts: 3,
  environments: 4,
  sessions: 5,
  runs: 5,
  plotting: 5,
  portal: 6,
  operator: 6,
  doctor: 7,
  cli: 8,
};

const source = path.join(import.meta.dirname, '..', 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(source, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
}

function complaint(file: string, imported: string): string | undefined {
  const [room = '', ...inside] = file.split(path.sep);
  const isTest = file.endsWith('.test.ts');
  if (imported === 'node:child_process' && room !== 'process' && !isTest) return 'only process/ starts programs';
  if (!imported.startsWith('.')) return undefined;
  const target = path.relative(source, path.resolve(source, path.dirname(file), imported)).split(path.sep);
  const other = target[0] as string;
  if (other === '..') return isTest && target[1] === 'test' ? undefined : 'it is outside src/';
  if (other === room) {
    const [mine, theirs] = [inside.length > 1 && inside[0], target.length > 2 && target[1]];
    return mine && theirs && mine !== theirs ? `${mine}/ and ${theirs}/ are siblings` : undefined;
  }
  if (target[1] !== 'index.ts' || target.length !== 2) return `${other} is entered only by its index.ts`;
  const [here, there] = [floors[room], floors[other]];
  if (here === undefined || there === undefined) return `${room} or ${other} is on no floor`;
  return there < here ? undefined : `${other} (floor ${there}) is not below ${room} (floor ${here})`;
}

test('every import points down a floor, to a room’s index', () => {
  const complaints = files.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const why = complaint(file, imported);
      return why ? [`${file} imports ${imported}: ${why}`] : [];
    }),
  );
  expect(complaints).toEqual([]);
});

test('an import that points up, across or past an index is caught', () => {
  expect(complaint('site/load.ts', '../environments/index.ts')).toMatch('not below');
  expect(complaint('sessions/agent.ts', '../runs/index.ts')).toMatch('not below');
  expect(complaint('sessions/agent.ts', '../files/record.ts')).toMatch('only by its index');
  expect(complaint('jobs/slurm/submit.ts', '../local/submit.ts')).toMatch('siblings');
  expect(complaint('site/load.ts', 'node:child_process')).toMatch('only process/');
  expect(complaint('cli/print.ts', '../files/index.ts')).toBeUndefined();
});

test('what is not code is found by files/ alone: in the single executable no file has a directory', () => {
  const allowed = ['files/shipped.ts', 'cli/main.ts', 'cli/code-cache.ts'].map(path.normalize);
  const asking = files.filter((file) => readFileSync(path.join(source, file), 'utf8').includes('import.meta'));
  const forTests = /\.test\.ts$|build-for-tests|stand-program|hand-made/;
  expect(asking.filter((file) => !forTests.test(file) && !allowed.includes(file))).toEqual([]);
});

test('no source file is longer than 300 lines', () => {
  const long = files.filter((file) => readFileSync(path.join(source, file), 'utf8').split('\n').length > 301);
  expect(long).toEqual([]);
});
