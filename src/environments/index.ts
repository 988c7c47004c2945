export { activatedVariables } from './activation/activated.ts';
export { activateCommand, deactivateCommand } from './activation/commands.ts';
export { type Dialect, dialects } from './activation/dialect.ts';
export { writeActivation } from './activation/files.ts';
export { shellForPerson, shellInForce } from './activation/parent-shell.ts';
export { writeShellHook } from './activation/shell-hook.ts';
export { prepareSubshell, type Subshell } from './activation/subshell.ts';
export { type ActiveEnvironment, activeEnvironment } from './active.ts';
export { adoptEnvironment } from './adopt.ts';
export { type CatalogueEntry, listCatalogue, loadCatalogue } from './catalogue.ts';
export { type ChangeDone, type ChangePlan, type ChangeRequest, changeEnvironment } from './change.ts';
export { cloneEnvironment } from './clone.ts';
export { createEnvironment } from './create.ts';
export { type Comparison, type Difference, diffEnvironments } from './diff.ts';
export { normalise as packageName, packageVersion } from './distributions.ts';
export type {
  CreateRequest,
  Environment,
  EnvironmentDetails,
  EnvironmentPython,
  EnvironmentState,
  Forecast,
  Package,
} from './environment.ts';
export {
  explainChange,
  explainClone,
  explainCreate,
  explainFreeze,
  explainShare,
  modulesByHand,
  typedUv,
} from './explain.ts';
export { type Exported, exportEnvironment } from './export.ts';
export { findEnvironment, refuseUnusable } from './find.ts';
export { forecastEnvironment } from './forecast.ts';
export { type FreezeRequest, freezeEnvironment, thawEnvironment } from './freeze.ts';
export { addKernel, removeKernel } from './kernel-change.ts';
export { type Kernel, listKernels } from './kernel-list.ts';
export { offerKernels } from './kernel-offer.ts';
export { listEnvironments } from './list.ts';
export { lookAtRequest, type RequestLook } from './look-at-request.ts';
export { type ModulesRequest, setModules } from './needed-modules.ts';
export type { Plan } from './plan.ts';
export { type InUse, type RemoveOptions, removeEnvironment } from './remove.ts';
export { type RenameRequest, renameEnvironment } from './rename.ts';
export { environmentsRoot, environmentsRootIfKnown } from './root.ts';
export { type Shared, shareEnvironment } from './share.ts';
export { showEnvironment } from './show.ts';
export { strayFiles } from './strays.ts';
export {
  type Doubt,
  type Doubts,
  distrustEnvironment,
  doubtsAbout,
  refuseUntrusted,
  trustEnvironment,
} from './trust.ts';
export { cutVariables, environmentVariables } from './variables.ts';
export { type Verified, verifyEnvironment } from './verify.ts';
export { whyInstalled } from './why.ts';
export { withModules } from './with-modules.ts';
