export { type ActiveEnvironment, activeEnvironment } from './active.ts';
export { type CatalogueEntry, listCatalogue, loadCatalogue } from './catalogue.ts';
export { packageVersion } from './distributions.ts';
export type {
  Environment,
  EnvironmentDetails,
  EnvironmentPython,
  EnvironmentRequest,
  EnvironmentState,
  Forecast,
  Package,
} from './environment.ts';
export { findEnvironment, refuseUnusable } from './find.ts';
export { listEnvironments } from './list.ts';
export { environmentsRoot } from './root.ts';
export { showEnvironment } from './show.ts';
export { refuseUntrusted } from './trust.ts';
export { cutVariables, environmentVariables } from './variables.ts';
