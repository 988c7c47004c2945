import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A fresh folder and HOME for one test, and an environment built by hand. */
export interface Sandbox extends AsyncDisposable {
  readonly directory: string;
  readonly home: string;
  readonly env: Record<string, string>;
}

/** What programs need to reach a registry from here; everything else is set by hand. */
const passedOn =
  /^(LANG|LC_ALL|TZ|NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR|PIP_.*|UV_.*INDEX.*|HTTPS?_PROXY|NO_PROXY)$/i;

export async function sandbox(): Promise<Sandbox> {
  const directory = await mkdtemp(path.join(tmpdir(), 'pier-test-'));
  const home = path.join(directory, 'home');
  await mkdir(home, { mode: 0o700 });
  const kept = Object.entries(process.env).filter(([name, value]) => passedOn.test(name) && value !== undefined);
  return {
    directory,
    home,
    env: {
      ...(Object.fromEntries(kept) as Record<string, string>),
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      HOME: home,
      USER: 'tester',
    },
    // fish goes on writing completions in the background after its shell has ended.
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}

/** Waits until `look` gives something, by asking again after `everyMs`; fails after `timeoutMs`. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
  everyMs = 30,
) {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > deadline) throw new Error(`nothing after ${timeoutMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
