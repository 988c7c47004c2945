import { type Duplex, pipeline } from 'node:stream';

/**
 * Carries bytes between two connections, each way by itself, until both are at their end.
 *
 * One that breaks takes the other with it: half an answer must not look like a whole one.
 */
export function carry(one: Duplex, other: Duplex): void {
  const broken = (error?: Error | null) => {
    if (!error) return;
    one.destroy();
    other.destroy();
  };
  pipeline(one, other, broken);
  pipeline(other, one, broken);
}
