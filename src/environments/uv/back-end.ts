import path from 'node:path';
import type { BackEnd } from '../back-end.ts';
import { packagesIn } from '../distributions.ts';
import { relocate } from '../relocate.ts';
import { planChange } from './change.ts';
import { clone, explainClone } from './clone.ts';
import { explainChange } from './explain.ts';
import { exportAs, exportFormats } from './export.ts';
import { repair } from './repair.ts';
import { verifyFiles } from './verify.ts';

/** Virtual environments, through uv. */
export const backEnd: BackEnd = {
  planChange,
  repair,
  explainChange,
  clone,
  relocate: (_site, { prefix }, former) => relocate(prefix, former, { prefix, name: path.basename(prefix) }),
  explainClone,
  exportFormats,
  exportAs,
  packages: packagesIn,
  verifyFiles,
};
