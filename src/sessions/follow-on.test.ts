import { expect, test } from 'vitest';
import { describeFollowOn } from './follow-on.ts';
import type { AttemptRecords } from './records.ts';
import type { Verdict } from './state.ts';

const submitted = { engine: 'slurm' as const, job: '78', name: 'x', cluster: null, submitted: '2026-11-26T12:00:00Z' };
const next = { attempt: 2, submitted } as AttemptRecords;

test.each<[string, Verdict, string]>([
  [
    'it waits',
    { state: 'queued', reason: 'It waits for another job to end.', job: { asOf: null, change: null } },
    'A follow-on job waits for the end of this one; kernels start anew in it.',
  ],
  [
    'it is being submitted',
    { state: 'created', reason: 'It is being handed to Slurm.' },
    'A follow-on job was asked for. It is being handed to Slurm.',
  ],
  [
    'it is held',
    { state: 'queued', reason: 'It is held. Release it: scontrol release 78', job: { asOf: null, change: 'x' } },
    'Its follow-on job will not start as it is (for another: scancel 78, then pier session renew abcdefgh). It is held. Release it: scontrol release 78',
  ],
  [
    'it was cancelled',
    { state: 'ended', reason: "You cancelled it (scancel). (Slurm's job 78.)" },
    "Its follow-on job is over, and will not start: You cancelled it (scancel). (Slurm's job 78.) For another: pier session renew abcdefgh",
  ],
  [
    'it was cancelled just now',
    { state: 'ending', reason: 'It ends.' },
    'Its follow-on job is about to be over: It ends.',
  ],
  [
    'it begins',
    { state: 'starting', reason: 'Slurm has given it c1.' },
    'Its follow-on job starts: Slurm has given it c1.',
  ],
])('what has become of a follow-on job is told: %s', (_what, verdict, reason) => {
  expect(describeFollowOn('abcdefgh', next, verdict)).toEqual({ job: '78', attempt: 2, state: verdict.state, reason });
});
