/** Put in by build.mjs. */
declare const PIER_VERSION: string | undefined;

export const version = typeof PIER_VERSION === 'string' ? PIER_VERSION : '0.0.0-source';

/** Raised when what one pier asks another over ssh changes its meaning. */
export const protocol = 1;
