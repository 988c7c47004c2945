import { expect, test } from 'vitest';
import { hasVanished, parseQueue as parse, pierJobs, type QueuedJob, vanished } from './queue.ts';

const parseQueue = (text: string) => parse(text) as readonly QueuedJob[];

const line = (...fields: string[]) => `${fields.join('\u001f')}\u001e\n`;

const at = '2026-11-23T07:38:20';
// As squeue 22.05.8 prints the format that pier asks for; its letters are in squeue(1) since before 20.11.
const printed =
  line('2', 'PENDING', 'N/A', 'N/A', '1:00:00', 'n/a', at, 'JobHeldUser', 'pier-lab-abcdefgh-1') +
  line('1', 'RUNNING', '2026-11-23T07:38:25', '2026-11-23T08:38:25', '59:58', 'c1', at, 'None', 'we|ird na\nme new') +
  line('7_[1-9]', 'PENDING', 'N/A', 'N/A', '1:00:00', 'n/a', at, 'Resources', 'array') +
  line('8+1', 'PENDING', 'N/A', 'N/A', '1:00:00', 'n/a', at, 'Resources', 'heterogeneous') +
  line(
    '9',
    'PENDING',
    'N/A',
    'N/A',
    'UNLIMITED',
    '',
    at,
    'Job’s account not permitted (private allows root)',
    'a name',
  );

test('names may hold spaces, separators and newlines; tasks of arrays are left out', () => {
  expect(parseQueue(printed).map(({ id, name }) => [id, name])).toEqual([
    ['2', 'pier-lab-abcdefgh-1'],
    ['1', 'we|ird na\nme new'],
    ['9', 'a name'],
  ]);
});

test('what is not known yet is null', () => {
  const [held, runs, waits] = parseQueue(printed);
  expect(held).toMatchObject({ start: null, end: null, left: 3600, host: null, reason: 'JobHeldUser' });
  expect(runs).toMatchObject({ state: 'RUNNING', left: 3598, host: 'c1', start: expect.stringMatching(/Z$/) });
  expect(waits).toMatchObject({ left: null, host: null, reason: 'Job’s account not permitted (private allows root)' });
});

test('lines of the site’s before and behind the jobs hide none', () => {
  expect(parseQueue(`Maintenance on Monday\n${printed}Have a nice day\n`)).toEqual(parseQueue(printed));
  expect(parseQueue('')).toEqual([]);
});

test.each([['JOBID PARTITION NAME\n12 caslake x\n'], [printed.slice(0, -10)], [printed.replace('\u001fc1', '')]])(
  'what is no list of jobs is not taken for an empty one: %j',
  (text) => {
    expect(parseQueue(text)).toMatch(/^squeue printed no list of jobs but "/);
  },
);

test('a job that its owner has renamed is still the one that it was', () => {
  const [held, another] = parseQueue(printed);
  if (!held || !another) throw new Error('not parsed');
  const renamed = { ...held, name: 'mine' };
  const known = { ...held, renamed: 'mine' };
  expect(pierJobs([renamed, another], [held])).toEqual([known]);
  expect(pierJobs([renamed, another], [])).toEqual([]);
  // Queued again, it has another time.
  const again = { ...renamed, submitted: '2026-11-23T09:00:00.000Z' };
  expect(pierJobs([again], [known])).toEqual([{ ...again, name: held.name, renamed: 'mine' }]);
  // Another job may have the number of one that is over.
  expect(pierJobs([renamed], [{ ...held, state: 'COMPLETED' }])).toEqual([]);
});

test('a number that a controller gives again is another job, pier’s or not', () => {
  const [held] = parseQueue(printed);
  if (!held) throw new Error('not parsed');
  const later = { ...held, submitted: '2026-11-23T09:00:00.000Z' };
  const other = { ...later, name: 'pier-lab-otherone-1' };
  expect(pierJobs([other], [held])).toEqual([other]);
  expect(vanished([held], pierJobs([other], [held]), null)).toMatchObject([{ id: '2', name: held.name }]);
  expect(pierJobs([{ ...later, name: 'mine' }], [held])).toEqual([]);
  // Even where an older pier has written down no time.
  const { submitted: _, ...older } = held;
  expect(pierJobs([other], [older])).toEqual([other]);
});

test('a job that was there and is missing without having ended is remembered, with when it was seen last', () => {
  const [held, runs] = parseQueue(printed);
  if (!held || !runs) throw new Error('not parsed');
  const over = { ...held, id: '3', state: 'COMPLETED' };
  const [seen, missing, later] = ['2026-11-23T08:00:00.000Z', '2026-11-23T08:00:16.000Z', '2026-11-23T09:00:00.000Z'];
  const gone = vanished([held, runs, over], [runs], seen, missing);
  expect(gone).toMatchObject([{ id: '2', start: seen, end: missing }]);
  expect(gone.every(hasVanished)).toBe(true);
  expect(vanished(gone, [], missing, later)).toEqual(gone);
  // It was requeued, or a controller that had been replaced is back.
  expect(vanished(gone, [held], missing, later)).toEqual([]);
});
