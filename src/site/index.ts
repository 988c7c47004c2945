export { inBlock } from './address-block.ts';
export { checkProfile, type ProfileCheck, profileJsonSchema } from './check.ts';
export { expandTemplate } from './expand.ts';
export { decide, loadSite, shippedSites } from './load.ts';
export { type AccessRule, isInJob, jupyterOnLogin, type Place, placeOf } from './place.ts';
export { type Problem, problemLine } from './problem.ts';
export type { OpenQuestion } from './project.ts';
export type { Leaf, Profile, Site } from './site.ts';
