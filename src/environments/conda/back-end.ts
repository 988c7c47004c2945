import { PierError } from '../../files/index.ts';
import type { BackEnd } from '../back-end.ts';
import { packagesIn } from '../distributions.ts';

function notYet(): Promise<never> {
  throw new PierError('not-yet', 'pier cannot do this with conda environments yet.', {
    hint: 'conda install --prefix PREFIX …',
  });
}

/** conda environments, through whichever conda there is. */
export const backEnd: BackEnd = {
  planChange: notYet,
  repair: notYet,
  explainChange: notYet,
  clone: notYet,
  relocate: notYet,
  explainClone: notYet,
  exportFormats: ['environment', 'full', 'explicit'],
  exportAs: notYet,
  packages: packagesIn,
  verifyFiles: notYet,
};
