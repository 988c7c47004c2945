export { commandLine, quote } from './quote.ts';
