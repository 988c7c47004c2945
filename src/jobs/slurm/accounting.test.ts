import { expect, test } from 'vitest';
import { lastEnd, parseRuns } from './accounting.ts';

// sacct 22.05.8 with pier's own options.
const recorded = `7|FAILED|3:0|2026-11-23T07:51:48|2026-11-23T07:51:49|2026-11-23T07:51:54|c1|pier-one
8|TIMEOUT|0:0|2026-11-23T07:51:48|2026-11-23T07:51:49|2026-11-23T07:53:08|c2|pier-two
9|CANCELLED by 20001|0:0|2026-11-23T07:51:48|Unknown|2026-11-23T07:51:54|None assigned|pier|three
10|RUNNING|0:0|2026-11-23T07:51:48|2026-11-23T07:51:49|Unknown|c1|
11|PREEMPTED|0:0|2026-11-23T07:51:48|2026-11-23T07:51:49|2026-11-23T07:51:54|c1|pier-five
11|COMPLETED|0:0|2026-11-23T07:51:48|2026-11-23T07:53:49|2026-11-23T07:55:54|c2|pier-five
12|FAILED|0:53|2026-11-23T07:51:48|2026-11-23T07:51:49|2026-11-23T07:51:49|c2|pier-six
`;

test('how each run ended, by whom, where and with what status', () => {
  const ends = parseRuns(recorded).map(({ id, end }) => [
    id,
    end?.kind,
    end?.exitCode,
    end?.signal,
    end?.by,
    end?.host,
  ]);
  expect(ends).toEqual([
    ['7', 'failed', 3, null, null, 'c1'],
    ['8', 'time-limit', 0, null, null, 'c2'],
    ['9', 'cancelled', 0, null, '20001', null],
    ['10', undefined, undefined, undefined, undefined, undefined],
    ['11', 'preempted', 0, null, null, 'c1'],
    ['11', 'completed', 0, null, null, 'c2'],
    ['12', 'failed', 0, 53, null, 'c2'],
  ]);
});

test('an end without its time is not yet all that accounting will know of it', () => {
  const times = '2026-11-26T17:06:36|2026-11-26T17:06:37';
  expect(parseRuns(`185|CANCELLED|0:0|${times}|Unknown|c1|pier-one\n`)).toMatchObject([{ id: '185', end: null }]);
  const later = parseRuns(`185|CANCELLED by 0|0:0|${times}|2026-11-26T17:06:41|c1|pier-one\n`);
  expect(later).toMatchObject([{ end: { kind: 'cancelled', by: '0' } }]);
});

test('a job’s end is that of its last run; a number with another name is another job', () => {
  const runs = parseRuns(recorded);
  expect(lastEnd({ job: '11', name: 'pier-five' }, runs)?.kind).toBe('completed');
  expect(lastEnd({ job: '9', name: 'pier|three' }, runs)?.kind).toBe('cancelled');
  expect(lastEnd({ job: '7', name: 'pier-two' }, runs)).toBeNull();
  expect(lastEnd({ job: '10', name: 'pier-four' }, runs)).toBeNull();
});

// Slurm 23.11.10, from virtualcell/vcell (slurm-outputs/sacct-terminal-states.txt and -cancelled-by-user.txt), which asked
// for other fields: the states are recorded, the fields around them are as pier asks for them.
test.each([
  ['TIMEOUT', 'time-limit'],
  ['OUT_OF_MEMORY', 'memory'],
  ['NODE_FAIL', 'node-failed'],
  ['FAILED', 'failed'],
  ['CANCELLED by 54321', 'cancelled'],
])('23.11 says %s, which is %s', (state, kind) => {
  const [run] = parseRuns(
    `2699101|${state}|0:0|2026-01-01T00:00:00|2026-01-01T00:00:00|2026-01-01T00:00:01|n1|V_ALPHA\n`,
  );
  expect(run?.end?.kind).toBe(kind);
});

test('steps, headers and empty answers hold no job', () => {
  expect(parseRuns('JobIDRaw|State|ExitCode|Submit|Start|End|NodeList|JobName\n')).toEqual([]);
  expect(parseRuns('7.batch|COMPLETED|0:0||||c1|batch\n7.extern|COMPLETED|0:0||||c1|extern\n')).toEqual([]);
  expect(parseRuns('')).toEqual([]);
});
