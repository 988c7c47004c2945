// The script of the small pages: signing in, and waiting for a session.
import { wait } from './wait.ts';

interface Refused {
  readonly error?: { readonly message: string; readonly hint: string | null };
}

function show(message: string, command?: string | null): void {
  const text = document.getElementById('message');
  if (text) text.textContent = message;
  const code = document.getElementById('command');
  if (!command || !code?.parentElement) return;
  code.textContent = command;
  code.parentElement.hidden = false;
}

/** Takes the one-time key out of the address and exchanges it for the cookie. */
async function signIn(): Promise<void> {
  const key = location.hash.slice(1);
  // Before anything else, so that neither history nor a copied address holds the key.
  history.replaceState(null, '', location.pathname);
  if (key === '') return show('This address is not whole: its end, after #, is missing. Copy all of it.');
  const response = await fetch('/pier/sign-in', {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: key,
  });
  if (response.ok) {
    if ((await fetch('/pier/signed-in')).ok) return location.replace('/');
    return show(
      'This browser does not keep the cookie that signs it in. Allow cookies for this address, or take another.',
    );
  }
  const { error }: Refused = await response.json();
  show(error ? `${error.message} For a new one, type in a terminal:` : 'That did not work.', error?.hint);
}

const waiting = document.getElementById('waiting');
if (waiting) wait(waiting);
else signIn().catch(() => show('The portal does not answer.'));
