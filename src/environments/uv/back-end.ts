import { PierError } from '../../files/index.ts';
import type { BackEnd } from '../back-end.ts';
import { packagesIn } from '../distributions.ts';

function notYet(): Promise<never> {
  throw new PierError('not-yet', 'pier cannot do this with virtual environments yet.', {
    hint: 'uv pip … --python PREFIX/bin/python',
  });
}

/** Virtual environments, through uv. */
export const backEnd: BackEnd = {
  planChange: notYet,
  repair: notYet,
  explainChange: notYet,
  clone: notYet,
  explainClone: notYet,
  exportFormats: ['requirements', 'pylock', 'environment', 'full'],
  exportAs: notYet,
  packages: packagesIn,
  verifyFiles: notYet,
};
