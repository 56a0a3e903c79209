import { likeness, type Training } from './same-training.ts';

/** Points that agree in what little they say, each of which may do so by chance. */
const tellingPoints = 2;

/**
 * Whether a program ignores its seed: all points with replicates repeat themselves in every line.
 *
 * @param points the replicates of each point
 */
export function ignoresSeed(points: readonly (readonly Training[])[]): boolean {
  let [same, alike] = [0, 0];
  for (const [first, ...others] of points) {
    if (first === undefined) continue;
    const found = new Set(others.map((other) => likeness(first, other)));
    if (found.has('different')) return false;
    if (found.has('same')) same += 1;
    else if (found.has('alike') || found.has('flat')) alike += 1;
  }
  return same > 0 || alike >= tellingPoints;
}
