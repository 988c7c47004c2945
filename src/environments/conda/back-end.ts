import type { BackEnd } from '../back-end.ts';
import { packagesIn } from '../distributions.ts';
import { planChange } from './change.ts';
import { clone, explainClone } from './clone.ts';
import { explainChange } from './explain.ts';
import { exportAs } from './export.ts';
import { relocateMoved } from './moved.ts';
import { repair } from './repair.ts';
import { verifyFiles } from './verify.ts';

/** conda environments, through py-rattler, and uv for pip's layer. */
export const backEnd: BackEnd = {
  planChange,
  repair,
  explainChange,
  clone,
  relocate: relocateMoved,
  explainClone,
  exportFormats: ['environment', 'full', 'explicit'],
  exportAs,
  packages: packagesIn,
  verifyFiles,
};
