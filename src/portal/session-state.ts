import type { IncomingMessage } from 'node:http';
import type { Session } from '../sessions/index.ts';
import { type Answer, answerFor, isNavigation } from './answer.ts';
import { html, notice, ownHeaders, page } from './page.ts';
import { Refusal } from './refusal.ts';

const titles: Record<Session['state'], string> = {
  created: 'About to start',
  queued: 'Waiting in the queue',
  starting: 'Starting',
  ready: 'Connecting',
  ending: 'Ending',
  ended: 'This session has ended',
  failed: 'This session failed',
  lost: 'Out of reach',
};

/** Seconds between looks, in states that can still become `ready`. */
const refreshes: Partial<Record<Session['state'], number>> = {
  created: 1,
  queued: 5,
  starting: 1,
  ready: 2,
  lost: 10,
};

/**
 * What is shown while a session cannot be reached: its state and why, in plain words.
 *
 * The page asks again by itself as long as the session may still come; the same address then shows the session.
 */
export function stateAnswer(request: IncomingMessage, session: Session, trouble?: Refusal): Answer {
  const over = session.state === 'ended' || session.state === 'failed';
  const [status, code] = [over ? 410 : 503, `session-${session.state}`];
  const reason = trouble ? `${session.reason} ${trouble.message}` : session.reason;
  const hint = session.state === 'failed' ? `pier session logs ${session.id}` : over ? 'pier lab' : trouble?.hint;
  if (!isNavigation(request)) {
    return answerFor(request, new Refusal(status, code, reason, hint));
  }
  const seconds = refreshes[session.state];
  const shown =
    seconds === undefined
      ? html`<p class="state ${session.state}">${reason}</p>`
      : html`<p id="waiting" role="status" data-code="${code}" data-seconds="${String(seconds)}">${reason}</p>
<noscript><p>Reload this page to look again.</p></noscript>`;
  const facts = html`${shown}<dl><dt>Session</dt><dd>${session.id}</dd>
<dt>Environment</dt><dd>${session.environment.name}</dd><dt>Directory</dt><dd>${session.directory}</dd></dl>`;
  const title = titles[session.state];
  const body = page({
    title,
    body: notice(title, facts, hint),
    ...(seconds === undefined ? {} : { script: 'sign-in.js' }),
  });
  return { status, headers: { ...ownHeaders, 'Content-Type': 'text/html; charset=utf-8' }, body };
}
