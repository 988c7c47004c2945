import { signal } from '@preact/signals';
import { ApiError, listSessions, openSession, readLog, type SessionRow, stopSession } from './api.ts';

/** Milliseconds between looks, while somebody sees the page. */
const interval = 5000;

/** Undefined until the first answer. */
export const sessions = signal<readonly SessionRow[] | undefined>(undefined);
export const trouble = signal<ApiError | undefined>(undefined);
/** The session whose end is to be confirmed. */
export const stopping = signal<SessionRow | undefined>(undefined);
export const log = signal<{ readonly id: string; readonly text: string } | undefined>(undefined);

let timer: number | undefined;

/** Asks now, and again as long as the page is visible. */
export async function refresh(): Promise<void> {
  clearTimeout(timer);
  await attempt(async () => {
    sessions.value = await listSessions();
  });
  if (document.visibilityState === 'visible') timer = setTimeout(refresh, interval);
}

export function watch(): void {
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') refresh();
    else clearTimeout(timer);
  });
  refresh();
}

async function attempt(action: () => Promise<void>): Promise<void> {
  try {
    await action();
    trouble.value = undefined;
  } catch (error) {
    trouble.value = error instanceof ApiError ? error : new ApiError(0, String(error), null);
  }
}

export async function open(id: string): Promise<void> {
  // Opened in the click itself, or the browser takes it for a pop-up; and it must not reach back to this page.
  const tab = window.open('about:blank', '_blank');
  if (tab) tab.opener = null;
  await attempt(async () => {
    const url = await openSession(id).catch((error) => {
      tab?.close();
      throw error;
    });
    if (tab) tab.location.replace(url);
    else location.assign(url);
  });
}

export async function stop(id: string): Promise<void> {
  stopping.value = undefined;
  await attempt(() => stopSession(id));
  if (!trouble.value) await refresh();
}

export async function showLog(id: string): Promise<void> {
  await attempt(async () => {
    log.value = { id, text: await readLog(id) };
  });
}
