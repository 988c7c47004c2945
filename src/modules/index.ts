export { default as moduleCommand } from './command.sh';
export { type Leaving, type Loaded, loadModules } from './load.ts';
export { checkModuleNames, isModuleName } from './names.ts';
