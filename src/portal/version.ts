// Put in by build.mjs; in the source tree there is none.
declare const PIER_VERSION: string | undefined;

export const version = typeof PIER_VERSION === 'string' ? PIER_VERSION : '0.0.0-source';
