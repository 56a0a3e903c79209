import type { AttemptEnd } from '../model/attempt-end.ts';
import { likeness } from './same-training.ts';

/** Points, each of which may agree by chance in what little it says, that do not all do so. */
const tellingPairs = 2;

/**
 * Whether a program ignores its seed: all points with replicates repeat themselves in every line. One honest point in
 * six is spared where an accuracy comes from 80 clips, so a single point says nothing unless its lines do.
 *
 * @param points the ends of each point's replicates
 */
export function ignoresSeed(points: readonly (readonly AttemptEnd[])[]): boolean {
  let [same, alike] = [0, 0];
  for (const [first, ...others] of points) {
    if (first === undefined) continue;
    for (const other of others) {
      const found = likeness(first, other);
      if (found === 'different') return false;
      if (found === 'same') same += 1;
      if (found === 'alike' || found === 'flat') alike += 1;
    }
  }
  return same > 0 || alike >= tellingPairs;
}
