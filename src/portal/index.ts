export { openInBrowser } from './browser.ts';
export { ensurePortal, findPortal, type PortalClient, type SignIn, stopPortal } from './client.ts';
export type { PortalRecord } from './record.ts';
export { type ServeOptions, type ServeOutcome, servePortal } from './serve.ts';
