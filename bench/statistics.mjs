// What is said of samples that were taken in alternating pairs: quantiles, and 95 % intervals by the bootstrap.

/** Resamples for one interval. */
const rounds = 2000;

/**
 * The value below which a share of the samples lies, interpolated as R's type 7.
 * @param {readonly number[]} samples
 * @param {number} share from 0 to 1
 */
export function quantile(samples, share) {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low + (high - low) * (at - Math.floor(at));
}

/** @param {readonly number[]} samples */
export function median(samples) {
  return quantile(samples, 0.5);
}

/**
 * Ratio of the medians of two series taken in pairs, and its interval.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function ratioOfMedians(ours, theirs) {
  return estimate(ours, theirs, (a, b) => median(a) / median(b));
}

/**
 * Difference of a quantile of two series taken in pairs, and its interval.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 * @param {number} share
 */
export function difference(ours, theirs, share) {
  return estimate(ours, theirs, (a, b) => quantile(a, share) - quantile(b, share));
}

/**
 * @typedef {{ readonly value: number, readonly low: number, readonly high: number }} Estimate
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 * @param {(ours: number[], theirs: number[]) => number} statistic
 * @returns {Estimate}
 */
function estimate(ours, theirs, statistic) {
  if (ours.length !== theirs.length || ours.length === 0) throw new Error('the series are not pairs');
  const random = generator(20261123);
  const resampled = Array.from({ length: rounds }, () => {
    // Whole pairs are drawn: what disturbed one of two neighbours mostly disturbed the other too.
    const drawn = ours.map(() => Math.floor(random() * ours.length));
    return statistic(
      drawn.map((at) => ours[at]),
      drawn.map((at) => theirs[at]),
    );
  });
  return {
    value: statistic([...ours], [...theirs]),
    low: quantile(resampled, 0.025),
    high: quantile(resampled, 0.975),
  };
}

/** mulberry32: the same samples always have the same interval. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
