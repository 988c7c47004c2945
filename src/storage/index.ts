export { type Allowance, allowanceAt } from './allowance.ts';
export { isBelow, isNear, type Mount, mountOf, readMounts } from './mounts.ts';
export { areaRemarks } from './rules.ts';
