// The page of a session that is not there yet: asks again by itself, and shows the session as soon as it answers.

/** What the portal answers to a program in place of the page (session-state.ts). */
interface NotYet {
  readonly error?: { readonly code: string; readonly message: string };
}

/** Looks again and again; the page itself is loaded anew only when there is something else to show. */
export async function wait(reason: HTMLElement): Promise<void> {
  const { seconds = '5', code } = reason.dataset;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
    if (document.hidden) continue;
    const response = await fetch(location.href, { headers: { Accept: 'application/json' } }).catch(() => undefined);
    if (!response) say(reason, 'The portal does not answer. This page tries again.');
    else if (response.ok) return location.reload();
    else {
      const { error }: NotYet = await response.json().catch(() => ({}));
      if (error?.code !== code) return location.reload();
      say(reason, error?.message ?? '');
    }
  }
}

/** A screen reader says it when it changes, so it is touched only then. */
function say(reason: HTMLElement, message: string): void {
  if (reason.textContent !== message) reason.textContent = message;
}
