export { type Conversation, converse } from './converse.ts';
export { join } from './join.ts';
export { printedVariables } from './printed-variables.ts';
export { lastLines, type RunOptions, type RunResult, run } from './run.ts';
export { signalGroup, signalRecorded } from './signal.ts';
export { runOnTerminal, type Started, type StartOptions, start } from './start.ts';
export { which } from './which.ts';
