// Takes samples of several ways of doing one thing in turns, so that whatever else the machine does meets all alike.

/**
 * Runs every way once in each turn, beginning with another one each time. Turn 0 only warms up, and is left out where
 * `warm` says that everything is.
 * @template {string} Name
 * @param {number} turns
 * @param {Record<Name, (turn: number) => Promise<number> | number>} ways
 * @param {(text: string) => void} [tell]
 * @param {boolean} [warm]
 * @returns {Promise<Record<Name, number[]>>}
 */
export async function alternate(turns, ways, tell = () => {}, warm = false) {
  const names = /** @type {Name[]} */ (Object.keys(ways));
  const samples = /** @type {Record<Name, number[]>} */ (Object.fromEntries(names.map((name) => [name, []])));
  for (let turn = warm ? 1 : 0; turn <= turns; turn++) {
    for (const [position] of names.entries()) {
      const name = names[(turn + position) % names.length];
      const sample = await ways[name](turn);
      if (turn > 0) samples[name].push(sample);
      tell(`${turn === 0 ? 'warming up' : `turn ${turn} of ${turns}`}: ${name} ${sample.toFixed(1)}`);
    }
  }
  return samples;
}
