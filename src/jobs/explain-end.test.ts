import { expect, test } from 'vitest';
import { userName } from '../files/index.ts';
import type { EndEvidence, JobEnd } from './end.ts';
import { explainEnd } from './explain-end.ts';

const ended = (kind: JobEnd['kind'], more: Partial<JobEnd> = {}): JobEnd => ({
  kind,
  word: kind,
  exitCode: 0,
  signal: null,
  by: null,
  host: 'c1',
  ended: null,
  ...more,
});
const known: EndEvidence = { log: '', exitStatus: null, seconds: 7200, memory: 4096 };

test.each<[string, JobEnd | null, Partial<EndEvidence>, string, string | null]>([
  [
    'its time was over',
    ended('time-limit'),
    {},
    'It reached its time limit of 2 hours, and Slurm ended it.',
    'Ask for more, such as --time 4h.',
  ],
  [
    'cgroups ended it',
    ended('memory'),
    {},
    'It needed more memory than the 4G it had asked for, and was killed.',
    'Ask for more, such as --mem 8G.',
  ],
  [
    'Slurm without cgroups killed it for its memory',
    ended('failed', { signal: 9 }),
    { log: 'slurmstepd: error: Exceeded job memory limit\n' },
    'It needed more memory than the 4G it had asked for, and was killed.',
    'Ask for more, such as --mem 8G.',
  ],
  [
    'Slurm without cgroups cancelled it for its memory',
    ended('cancelled', { by: 'root' }),
    { log: 'slurmstepd: error: JobId=5 exceeded memory limit (9 > 8), being killed\n', memory: null },
    'It needed more memory than it had asked for, and was killed.',
    'Ask for more with --mem.',
  ],
  ['its node failed', ended('node-failed'), {}, 'Its node c1 failed.', 'Start it again; it will get another node.'],
  [
    'it was preempted',
    ended('preempted'),
    {},
    'Jobs that come first needed its node, and Slurm ended it.',
    'Start it again, perhaps with another --partition.',
  ],
  ['you cancelled it', ended('cancelled', { by: userName() }), {}, 'You cancelled it (scancel).', null],
  [
    'another user did',
    ended('cancelled', { by: 'grace' }),
    {},
    'grace cancelled it.',
    'Ask why before you start it again.',
  ],
  [
    'its quota was used up',
    ended('failed', { exitCode: 1 }),
    { log: 'OSError: [Errno 122] Disk quota exceeded: x\n' },
    'Your quota was used up: it could write nothing more.',
    'Free some space or files, then start it again.',
  ],
  [
    'a disk was full, in words of ours that stand on two lines',
    ended('failed', { exitCode: 2 }),
    { log: 'pier: Cannot write ~/attempts/1/end.json: the\ndisk is full.\n' },
    'A disk was full: it could write nothing more.',
    'Free some space (df -h shows where), then start it again.',
  ],
  [
    'a package was missing',
    ended('failed', { exitCode: 1 }),
    { log: "ModuleNotFoundError: No module named 'jupyterlab'\n" },
    'Python could not import jupyterlab: its environment lacks it.',
    'Install that into the environment, then start it again.',
  ],
  ['it failed by itself', ended('failed', { exitCode: 3 }), {}, 'It ended with status 3.', 'Its log may say why.'],
  ['a signal killed it', ended('failed', { signal: 11 }), {}, 'It was killed by SIGSEGV.', 'Its log may say why.'],
  [
    'its log could not be opened',
    ended('failed', { signal: 53 }),
    {},
    'Slurm could not start its script on c1: it could not open its log or its directory there.',
    'Look whether your quota is used up, then start it again.',
  ],
  [
    'nobody knows',
    null,
    {},
    'Slurm does not know it any more, and its log does not say how it ended.',
    'Start it again.',
  ],
  [
    'only its log knows',
    null,
    { log: '*** JOB 70 ON c1 CANCELLED AT 2026-11-23T07:00:00 DUE TO TIME LIMIT ***\n' },
    'It reached its time limit of 2 hours, and Slurm ended it.',
    'Ask for more, such as --time 4h.',
  ],
])('%s', (_what, end, evidence, sentence, advice) => {
  const { sentence: told, advice: todo } = explainEnd(end, { ...known, ...evidence });
  expect([told, todo]).toEqual([sentence, advice]);
});

test('of several signs in a log the last counts, and Slurm’s own word before all', () => {
  const log = 'CANCELLED AT 2026-11-23T07:00:00 DUE TO PREEMPTION\nImportError: libfoo.so.1: cannot open\n';
  expect(explainEnd(null, { ...known, log }).kind).toBe('import');
  expect(explainEnd(ended('time-limit'), { ...known, log }).kind).toBe('time-limit');
});
