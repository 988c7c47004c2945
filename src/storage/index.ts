export { type Allowance, allowanceAt } from './allowance.ts';
