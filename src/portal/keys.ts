import { createHash, randomBytes } from 'node:crypto';

/** Milliseconds that a key is good for: opened at once by pier, or carried by a person to a browser. */
export const keyLife = { opened: 2 * 60_000, lasting: 10 * 60_000 } as const;

/** Wrong keys for one label within `failureWindow`, after which none is looked at. */
const failuresAllowed = 10;
const failureWindow = 60_000;

export type Redeemed = 'ok' | 'wrong' | 'too-many';

/** One-time keys: kept in memory only, and only their hashes. */
export interface Keys {
  /** A new key that signs one browser in to one label, once, for so many milliseconds. */
  readonly mint: (label: string, life: number) => string;
  /** Uses a key up. A key of another label is used up too: it was shown to somebody it was not meant for. */
  readonly redeem: (label: string, key: string) => Redeemed;
}

export function createKeys(now: () => number = Date.now): Keys {
  const minted = new Map<string, { readonly label: string; readonly expires: number }>();
  const failures = new Map<string, number[]>();

  function recentFailures(label: string): number[] {
    return (failures.get(label) ?? []).filter((at) => now() - at < failureWindow);
  }

  function mint(label: string, life: number): string {
    for (const [hash, { expires }] of minted) if (expires <= now()) minted.delete(hash);
    // 128 bits, for something that works once and for minutes; longer would break the printed address over two lines.
    const key = randomBytes(16).toString('base64url');
    minted.set(hashOf(key), { label, expires: now() + life });
    return key;
  }

  function redeem(label: string, key: string): Redeemed {
    const recent = recentFailures(label);
    if (recent.length >= failuresAllowed) return 'too-many';
    // Looked up by its hash, so the time it takes tells nothing of any key.
    const hash = hashOf(key);
    const found = minted.get(hash);
    minted.delete(hash);
    if (found?.label === label && found.expires > now()) return 'ok';
    failures.set(label, [...recent, now()]);
    return 'wrong';
  }

  return { mint, redeem };
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
