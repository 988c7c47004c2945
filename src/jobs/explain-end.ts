import type { EndEvidence, EndExplanation, JobEnd } from './end.ts';

/** See `explainEnd` in engine.ts. */
export function explainEnd(end: JobEnd | null, _evidence: EndEvidence): EndExplanation {
  return {
    kind: end?.kind ?? 'lost',
    sentence: end ? `Slurm says ${end.word}.` : 'Slurm does not know.',
    advice: null,
  };
}
