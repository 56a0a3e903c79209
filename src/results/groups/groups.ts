/**
 * Which points of a ranking cannot be told from each other: Tukey's test of all pairs, as C. Y. Kramer widened it to unequal
 * numbers of replicates ("Extension of multiple range tests", Biometrics 12, 1956).
 */
import type { Objective } from '../../model/result/metrics.ts';
import { StudentizedRange } from '../statistics/studentized-range.ts';
import { type Group, lettersOf } from './letters.ts';
import { type Scale, scaleOf } from './scale.ts';
import { spreadTooFar, type Summary, summaryOf, type Variance, varianceOf } from './spread.ts';

export interface Grouping {
  /** One a point; null where nothing can be said of it. */
  readonly groups: readonly (Group | null)[];
  /** Places of points that have no group since their replicates lie too far apart. */
  readonly tooFar: ReadonlySet<number>;
  readonly scale: Scale['name'];
  /** What groups rest on, on that scale; null where there are none. */
  readonly test: (Variance & { readonly quantile: number }) | null;
}

/** That any two of equally good points are told apart. */
const chance = 0.05;

interface Placed extends Summary {
  readonly place: number;
}

/** @param points the values of each, the best point first */
export function groupsOf(
  objective: Pick<Objective, 'goal'>,
  points: readonly (readonly number[])[],
): Grouping {
  const scale = scaleOf(objective, points.flat());
  const replicated = points.flatMap((values, place): Placed[] =>
    values.length < 2 ? [] : [{ place, ...summaryOf(values.map(scale.of)) }],
  );
  const far = spreadTooFar(replicated);
  const rest = replicated.filter((point) => !far.has(point));
  const test = testOf(rest, replicated.length);
  return {
    groups: test === null ? points.map(() => null) : placedGroups(points.length, rest, test),
    tooFar: new Set([...far].map(({ place }) => place)),
    scale: scale.name,
    test,
  };
}

/** Those that spread too far are counted as well: they were looked at. */
function testOf(points: readonly Summary[], count: number): Grouping['test'] {
  if (points.length < 2) return null;
  const variance = varianceOf(points);
  if (!(variance.variance > 0)) return null;
  return { ...variance, quantile: new StudentizedRange(count, variance.freedom).quantile(chance) };
}

function placedGroups(
  count: number,
  points: readonly Placed[],
  { variance, quantile }: NonNullable<Grouping['test']>,
): (Group | null)[] {
  const groups = lettersOf(points.length, (better, worse) => {
    const [one, other] = [points[better], points[worse]];
    if (one === undefined || other === undefined) return false;
    const error = Math.sqrt((variance / 2) * (1 / one.count + 1 / other.count));
    return Math.abs(one.mean - other.mean) > quantile * error;
  });
  const placed: (Group | null)[] = Array.from({ length: count }, () => null);
  points.forEach(({ place }, index) => {
    const group = groups[index];
    if (group === undefined) return;
    const placeOf = (one: number): number => points[one]?.place ?? place;
    placed[place] = { ...group, first: placeOf(group.first), last: placeOf(group.last) };
  });
  return placed;
}

/** How many points may be the best: the first one, and those that it cannot be told from. Null where nothing is said of it. */
export function mayBeFirst(groups: readonly (Pick<Group, 'last'> | null)[]): number | null {
  const last = groups[0]?.last;
  return last === undefined ? null : groups.slice(0, last + 1).filter((group) => group !== null).length;
}
