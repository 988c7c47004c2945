export type Say = (line: string) => void;

/** One part of bringing the testbed up: said when it is done, with the seconds since the beginning, and its own. */
export type Phase = <T>(name: string, act: () => Promise<T>) => Promise<T>;

export function phases(say: Say): Phase {
  const began = Date.now();
  const since = (moment: number) => `${((Date.now() - moment) / 1000).toFixed(1)} s`;
  return async (name, act) => {
    const started = Date.now();
    const result = await act();
    say(`${since(began).padStart(7)}  ${name} (${since(started)})`);
    return result;
  };
}

/** Waits for all of them, also when one fails: what goes on behind a failure would meet the next command. */
export async function all(parts: readonly Promise<unknown>[]): Promise<void> {
  const ends = await Promise.allSettled(parts);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
