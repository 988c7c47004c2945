import { PierError } from '../../files/index.ts';
import type { BackEnd } from '../back-end.ts';
import { packagesIn } from '../distributions.ts';
import { planChange } from './change.ts';
import { clone, explainClone } from './clone.ts';
import { explainChange } from './explain.ts';
import { repair } from './repair.ts';

function notYet(): Promise<never> {
  throw new PierError('not-yet', 'pier cannot do this with virtual environments yet.', {
    hint: 'uv pip … --python PREFIX/bin/python',
  });
}

/** Virtual environments, through uv. */
export const backEnd: BackEnd = {
  planChange,
  repair,
  explainChange,
  clone,
  explainClone,
  exportFormats: ['requirements', 'pylock', 'environment', 'full'],
  exportAs: notYet,
  packages: packagesIn,
  verifyFiles: notYet,
};
