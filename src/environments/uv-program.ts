// uv itself, as a program: it makes virtual environments, and it runs py-rattler and pip's layer for conda ones.
export { uvError } from './uv/errors.ts';
export { findUv, neutralDirectory, type Uv, uvVariables } from './uv/program.ts';
