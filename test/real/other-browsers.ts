// Browsers beside Chromium, each by the protocol that it brings along.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { WebSocket } from 'ws';
import { until } from '../sandbox.ts';

export interface OtherBrowser extends AsyncDisposable {
  readonly goTo: (url: string) => Promise<void>;
  /** What an expression is in the page; it must be plain data. */
  readonly evaluate: (expression: string) => Promise<unknown>;
}

type Driven = Pick<OtherBrowser, 'goTo' | 'evaluate'>;
/** What is to be done at the end, the last one first. */
type Cleanup = (() => Promise<unknown>)[];

async function opened(open: (cleanup: Cleanup) => Promise<Driven>): Promise<OtherBrowser> {
  const cleanup: Cleanup = [];
  const end = async () => {
    for (const step of cleanup.reverse()) await step();
  };
  try {
    return { ...(await open(cleanup)), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Debian's Firefox, headless, by WebDriver BiDi. */
export const firefox = () => opened(openFirefox);

async function openFirefox(cleanup: Cleanup): Promise<Driven> {
  const profile = await temporary(cleanup, 'pier-firefox-');
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const program = started(cleanup, spawn('firefox-esr', args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  const [, address] = await line(program.stderr as Readable, /BiDi listening on (ws:\S+)/);
  const socket = new WebSocket(`${address}/session`);
  await once(socket, 'open');
  let last = 0;
  const command = async (method: string, params: object) => {
    const id = ++last;
    const answered = new Promise<{ type: string; result: never }>((resolve) => {
      socket.on('message', function hear(data) {
        const message = JSON.parse(String(data));
        if (message.id !== id) return;
        socket.off('message', hear);
        resolve(message);
      });
    });
    socket.send(JSON.stringify({ id, method, params }));
    const answer = await answered;
    if (answer.type !== 'success') throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer.result as { context: string; result: { value: string } };
  };
  await command('session.new', { capabilities: {} });
  const { context } = await command('browsingContext.create', { type: 'tab' });
  return {
    goTo: async (url) => void (await command('browsingContext.navigate', { context, url, wait: 'interactive' })),
    evaluate: async (expression) => {
      const wanted = { expression: `JSON.stringify(${expression})`, target: { context }, awaitPromise: true };
      return JSON.parse((await command('script.evaluate', wanted)).result.value);
    },
  };
}

/** WebKit, which is Safari's engine, in GTK's smallest browser, by WebDriver; it needs a display. */
export const webKit = () => opened(openWebKit);

async function openWebKit(cleanup: Cleanup): Promise<Driven> {
  const home = await temporary(cleanup, 'pier-webkit-');
  const screen = ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'];
  const display = started(cleanup, spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] }));
  const [number] = await line(display.stdio[3] as Readable, /\d+/);
  const port = await freePort();
  const env = { ...process.env, HOME: home, DISPLAY: `:${number}`, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1' };
  started(cleanup, spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], { env, stdio: 'ignore' }));
  const command = async (method: string, at: string, body?: object) => {
    const sent = body ? { body: JSON.stringify(body) } : {};
    const answer = await fetch(`http://127.0.0.1:${port}${at}`, { method, ...sent });
    const { value } = (await answer.json()) as { value: never };
    if (!answer.ok) throw new Error(`${at}: ${JSON.stringify(value)}`);
    return value as { sessionId: string } & string;
  };
  await until(() => command('GET', '/status').catch(() => false));
  const { sessionId } = await command('POST', '/session', { capabilities: { alwaysMatch: {} } });
  const at = `/session/${sessionId}`;
  cleanup.push(() => command('DELETE', at));
  return {
    goTo: async (url) => void (await command('POST', `${at}/url`, { url })),
    evaluate: async (expression) => {
      const script = `return JSON.stringify(${expression})`;
      return JSON.parse(await command('POST', `${at}/execute/sync`, { script, args: [] }));
    },
  };
}

async function temporary(cleanup: Cleanup, prefix: string): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), prefix));
  cleanup.push(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** Ended when it is disposed of. */
function started(cleanup: Cleanup, program: ChildProcess): ChildProcess {
  const ended = once(program, 'exit');
  cleanup.push(async () => {
    program.kill();
    await ended;
  });
  return program;
}

/** The first line of a stream that matches. */
async function line(stream: Readable, pattern: RegExp): Promise<RegExpExecArray> {
  for await (const text of createInterface({ input: stream })) {
    const found = pattern.exec(text);
    if (!found) continue;
    // What comes later must not fill the pipe.
    stream.resume();
    return found;
  }
  throw new Error(`nothing said ${pattern}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
