import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Milliseconds that a command has to put things back, once the programs it runs were told. A second Ctrl+C ends it. */
const grace = 30_000;

let received: NodeJS.Signals | undefined;
const handlers: ((signal: NodeJS.Signals) => void)[] = [];

/**
 * Makes Ctrl+C end pier with status 130, and SIGTERM and SIGHUP alike with theirs.
 *
 * Where programs are running, process/ passes the signal on and their callers clean up first: pier waits for that,
 * but not for long, and not after a second Ctrl+C. `atEnd` puts the terminal right.
 */
export function catchInterrupts(atEnd: () => void): void {
  for (const name of signals) process.on(name, (signal: NodeJS.Signals) => interrupted(signal, atEnd));
}

function interrupted(signal: NodeJS.Signals, atEnd: () => void): void {
  const handler = handlers.at(-1);
  if (handler) {
    handler(signal);
    return;
  }
  const end = () => {
    atEnd();
    process.exit(statusOf(signal));
  };
  const othersCleanUp = process.listenerCount(signal) > 1;
  if (received !== undefined || !othersCleanUp) end();
  received = signal;
  setTimeout(end, grace);
}

/** Until disposed, the signals call `handler` instead of ending pier. */
export function onInterrupt(handler: (signal: NodeJS.Signals) => void): Disposable {
  handlers.push(handler);
  return {
    [Symbol.dispose]: () => {
      handlers.splice(handlers.indexOf(handler), 1);
    },
  };
}

/** The exit status that an interruption asks for; undefined when there was none. */
export function interruptedStatus(): number | undefined {
  return received && statusOf(received);
}

/** 128 and the signal's number, as shells count: 130 for SIGINT. */
export function statusOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
