import type { EndExplanation } from './end.ts';

export interface Evidence extends EndExplanation {
  readonly kind: 'time-limit' | 'memory' | 'node-failed' | 'preempted' | 'quota' | 'disk-full' | 'import' | 'port';
}

/**
 * What the end of a log tells of an end. Each was written by the real program; the last that fits is believed. Our own words
 * may stand on two lines.
 */
const signs: readonly (readonly [RegExp, (match: RegExpExecArray) => Evidence])[] = [
  [
    /Disk quota exceeded|EDQUOT|your\s+quota\s+is\s+used\s+up/g,
    () => ({
      kind: 'quota',
      sentence: 'Your quota was used up: it could write nothing more.',
      advice: 'Free some space or files, then start it again.',
    }),
  ],
  [
    /No space left on device|ENOSPC|the\s+disk\s+is\s+full/g,
    () => ({
      kind: 'disk-full',
      sentence: 'A disk was full: it could write nothing more.',
      advice: 'Free some space (df -h shows where), then start it again.',
    }),
  ],
  [
    /ModuleNotFoundError: No module named '([\w.]{1,100})'/g,
    ([, module]) => ({
      kind: 'import',
      sentence: `Python could not import ${module}: its environment lacks it.`,
      advice: 'Install that into the environment, then start it again.',
    }),
  ],
  [
    /ImportError: ([^\n]{1,160})/g,
    ([, why]) => ({
      kind: 'import',
      sentence: `Python could not import something: ${why}.`,
      advice: 'Look whether the environment fits this node and its modules, then start it again.',
    }),
  ],
  [
    /error while loading shared libraries: ([\w.+-]{1,100})/g,
    ([, library]) => ({
      kind: 'import',
      sentence: `A program did not find the library ${library}.`,
      advice: 'Load the module that brings it, or make the environment again on such a node.',
    }),
  ],
  [
    /Address already in use|The port \d+ is already in use(?!, trying)/g,
    () => ({
      kind: 'port',
      sentence: 'Somebody else had its port on that node.',
      advice: 'Start it again.',
    }),
  ],
  [
    /oom[-_ ]?kill|Out Of Memory|Exceeded (job|step) memory limit|exceeded memory limit|MemoryError/gi,
    () => ({
      kind: 'memory',
      sentence: 'It needed more memory than it had asked for.',
      advice: 'Ask for more with --mem.',
    }),
  ],
  [
    /CANCELLED AT \S+ DUE TO TIME LIMIT/g,
    () => ({ kind: 'time-limit', sentence: 'It reached its time limit.', advice: 'Ask for more with --time.' }),
  ],
  [
    /CANCELLED AT \S+ DUE TO PREEMPTION/g,
    () => ({ kind: 'preempted', sentence: 'Jobs that come first needed its node.', advice: 'Start it again.' }),
  ],
  [
    /CANCELLED AT \S+ DUE TO NODE FAILURE/g,
    () => ({ kind: 'node-failed', sentence: 'Its node failed.', advice: 'Start it again; it will get another node.' }),
  ],
];

/** The last sign in a log; undefined when there is none. */
export function evidenceIn(log: string): Evidence | undefined {
  const found = signs.flatMap(([pattern, evidence]) => {
    const last = [...log.matchAll(pattern)].at(-1);
    return last ? [{ at: last.index, evidence: () => evidence(last) }] : [];
  });
  return found.sort((a, b) => b.at - a.at)[0]?.evidence();
}
