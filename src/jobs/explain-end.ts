import { constants } from 'node:os';
import { userName } from '../files/index.ts';
import type { EndEvidence, EndExplanation, JobEnd } from './end.ts';
import { evidenceIn } from './log-evidence.ts';
import { timeInWords, typedMemory, typedTime } from './words.ts';

/** Slurm's exit "signal" when it could not open a job's output or enter its directory on the node. */
const cannotOpen = 53;

/** See `explainEnd` in engine.ts. What Slurm itself did comes first, then what the log says, then the exit status. */
export function explainEnd(end: JobEnd | null, evidence: EndEvidence): EndExplanation {
  const sign = evidenceIn(evidence.log);
  if (end === null) return sign ? { ...sign, ...byKind(sign.kind, null, evidence) } : lost(evidence);
  // Without cgroups Slurm kills what needs too much memory itself, and says FAILED 0:9 or CANCELLED by root.
  if (sign?.kind === 'memory' && (end.signal === 9 || end.by === 'root')) return memory(evidence);
  const known = byKind(end.kind, end, evidence);
  if (known) return known;
  if (end.signal === cannotOpen) return neverStarted(end);
  return sign
    ? { ...sign, ...byKind(sign.kind, null, evidence) }
    : failed(end.exitCode ?? evidence.exitStatus, end.signal);
}

function byKind(kind: EndExplanation['kind'], end: JobEnd | null, evidence: EndEvidence): EndExplanation | undefined {
  switch (kind) {
    case 'completed':
      return { kind, sentence: 'It ended by itself.', advice: null };
    case 'time-limit':
      return timeLimit(evidence);
    case 'memory':
      return memory(evidence);
    case 'node-failed': {
      const sentence = end?.host ? `Its node ${end.host} failed.` : 'Its node failed.';
      return { kind, sentence, advice: 'Start it again; it will get another node.' };
    }
    case 'preempted': {
      const sentence = 'Jobs that come first needed its node, and Slurm ended it.';
      return { kind, sentence, advice: 'Start it again, perhaps with another --partition.' };
    }
    case 'cancelled':
      return cancelled(end?.by ?? null);
    case 'never-started':
      return neverStarted(end);
    default:
      return undefined;
  }
}

function timeLimit({ seconds }: EndEvidence): EndExplanation {
  const limit = seconds === null ? 'its time limit' : `its time limit of ${timeInWords(seconds)}`;
  const advice =
    seconds === null ? 'Ask for more with --time.' : `Ask for more, such as --time ${typedTime(2 * seconds)}.`;
  return { kind: 'time-limit', sentence: `It reached ${limit}, and Slurm ended it.`, advice };
}

/** Mebibytes; a Jupyter with a small kernel has room in them. */
const leastMemory = 1024;

function memory({ memory: asked }: EndEvidence): EndExplanation {
  const had = asked === null ? 'it had asked for' : `the ${typedMemory(asked)} it had asked for`;
  const more = Math.max(2 * (asked ?? 0), leastMemory);
  const advice = asked === null ? 'Ask for more with --mem.' : `Ask for more, such as --mem ${typedMemory(more)}.`;
  return { kind: 'memory', sentence: `It needed more memory than ${had}, and was killed.`, advice };
}

function cancelled(by: string | null): EndExplanation {
  if (by === null) return { kind: 'cancelled', sentence: 'It was cancelled.', advice: null };
  if (by === userName()) return { kind: 'cancelled', sentence: 'You cancelled it (scancel).', advice: null };
  const who = by === 'root' ? 'An administrator' : by;
  return { kind: 'cancelled', sentence: `${who} cancelled it.`, advice: 'Ask why before you start it again.' };
}

function neverStarted(end: JobEnd | null): EndExplanation {
  const where = end?.host ? ` on ${end.host}` : '';
  const sentence = `Slurm could not start its script${where}: it could not open its log or its directory there.`;
  return { kind: 'never-started', sentence, advice: 'Look whether your quota is used up, then start it again.' };
}

function failed(exitCode: number | null, signal: number | null): EndExplanation {
  const name = Object.entries(constants.signals).find(([, number]) => number === signal)?.[0];
  const how =
    signal !== null
      ? `was killed by ${name ?? `signal ${signal}`}`
      : exitCode === null
        ? 'failed'
        : `ended with status ${exitCode}`;
  return { kind: 'failed', sentence: `It ${how}.`, advice: 'Its log may say why.' };
}

function lost({ exitStatus }: EndEvidence): EndExplanation {
  if (exitStatus !== null) return failed(exitStatus, null);
  return {
    kind: 'lost',
    sentence: 'Slurm does not know it any more, and its log does not say how it ended.',
    advice: 'Start it again.',
  };
}
