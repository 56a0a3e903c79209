/** How many replicates would tell two points apart. */
import { StudentizedRange } from '../statistics/studentized-range.ts';

/** The normal distribution has a fifth beyond it: four of five experiments find what is there. */
const four = 0.8416212335729143;
const most = 10_000;

/**
 * Replicates of each of so many points with which a difference like this one is found in 80 % of the cases; null where even
 * 10,000 are too few.
 *
 * @param points that are compared with each other, all pairs
 * @param spread the standard deviation of one replicate
 */
export function settlingReplicates(points: number, difference: number, spread: number): number | null {
  if (difference === 0) return null;
  const isEnough = (replicates: number): boolean => {
    const errors = (Math.abs(difference) / spread) * Math.sqrt(replicates / 2);
    const range = new StudentizedRange(points, points * (replicates - 1)).quantile(0.05);
    return errors >= range / Math.SQRT2 + four;
  };
  let [few, many] = [1, 2];
  while (!isEnough(many)) {
    if (many >= most) return null;
    [few, many] = [many, many * 2];
  }
  while (many - few > 1) {
    const between = Math.floor((few + many) / 2);
    if (isEnough(between)) many = between;
    else few = between;
  }
  return many;
}
