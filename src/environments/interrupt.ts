import { PierError } from '../files/index.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function interrupted(name: NodeJS.Signals): PierError {
  const how = name === 'SIGINT' ? 'Interrupted' : `Interrupted by ${name}`;
  return new PierError('interrupted', `${how}. Nothing half-made is left.`, {
    hint: 'The same command goes on with what was downloaded.',
  });
}

/**
 * Does long work that cleans up after itself when a person or the system ends pier.
 *
 * The programs it runs get the signal from process/; `work` asks `signal.throwIfAborted()` between its steps, and
 * whatever it throws then, `interrupted` is what comes out.
 */
export async function interruptible<Value>(work: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => controller.abort(interrupted(name));
  for (const name of signals) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}
