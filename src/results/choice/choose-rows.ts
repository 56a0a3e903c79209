/** Which rows of a leaderboard are shown, and in which order. Ranks and groups stay those of all points. Pure. */
import { isTestMetric } from '../../model/result/metrics.ts';
import { nearestName } from '../../model/source/nearest.ts';
import type { ParamValue } from '../../model/value.ts';
import type { Leaderboard, Row } from '../leaderboard.ts';
import { sections } from '../sections.ts';
import { type Condition, conditionText, meets, numberOf } from './condition.ts';
import { frontOf } from './front.ts';
import { valueIn, valueOfPoint } from './row-value.ts';

export interface Order {
  /** Of a parameter, a metric or one of the other columns. */
  readonly name: string;
  readonly isDescending: boolean;
}

export interface RowChoice {
  /** All of them have to be met. */
  readonly where: readonly Condition[];
  /** Of these, only points that no other one beats with no more of this; null: all. */
  readonly front: string | null;
  /** Null: by rank. */
  readonly sort: Order | null;
}

/** `parameters`, `parameters:desc`. */
export function orderOf(written: string): Order {
  const [name, direction] = written.split(/:(asc|desc)$/);
  return { name: name ?? '', isDescending: direction === 'desc' };
}

/** Why a leaderboard cannot be chosen from by this name, or show it; null where it can. */
export function nameProblem(board: Leaderboard, name: string, use: 'choose' | 'show'): string | null {
  const names = namesOf(board);
  if (!names.includes(name)) {
    const nearest = nearestName(name, names);
    const meant = nearest === null ? '' : `; did you mean ${nearest}?`;
    return `${board.sweep} has no ${name}${meant}\nrows have: ${names.join(', ')}`;
  }
  // P7: who looks for the best on test data has chosen on it.
  return use === 'choose' && isTestMetric(name) && !board.objective.selectOnTest
    ? `${name} is a test figure: whoever chooses by it cannot use it any more to say how good the choice is; \`--columns ${name}\` shows it`
    : null;
}

/** Points without a result are chosen by their parameters, and left out where a condition asks for more. */
export function chooseRows(board: Leaderboard, { where, front, sort }: RowChoice): Leaderboard {
  const isMeant = (valueOf: (name: string) => ParamValue | undefined): boolean =>
    where.every((condition) => meets(valueOf(condition.name), condition));
  const met = board.rows.filter((row) => isMeant((name) => valueIn(row, name)));
  const rows = front === null ? met : frontOf(met, board.objective, front);
  const unranked = board.unranked.filter((point) => isMeant((name) => valueOfPoint(point, name)));
  const points = board.rows.length + board.unranked.length;
  const words = [
    ...(where.length === 0
      ? []
      : [`${met.length + unranked.length} of ${points} points: ${where.map(conditionText).join(', ')}`]),
    ...(front === null ? [] : [`no other of them is as good with no more ${front}`]),
    ...(sort === null ? [] : [`sorted by ${sort.name}${sort.isDescending ? ', highest first' : ''}`]),
  ];
  return {
    ...board,
    rows: sort === null ? rows : rows.toSorted((one, other) => compareBy(one, other, sort)),
    unranked: front === null ? unranked : [],
    chosen: words.length === 0 ? null : words.join('; '),
  };
}

/** What may be asked of a row besides its parameters and metrics. */
const columnNames = ['rank', 'n', 'case', 'parameters'] as const;

const namesOf = ({ rows, unranked }: Leaderboard): readonly string[] => [
  ...new Set([
    ...[...rows, ...unranked].flatMap(({ params }) => Object.keys(params)),
    ...rows.flatMap(({ metrics }) => Object.keys(metrics)),
    ...columnNames,
  ]),
];

/** Within a section: incomplete points are no match for complete ones, whatever they are sorted by. What has no value comes last. */
function compareBy(one: Row, other: Row, { name, isDescending }: Order): number {
  const bySection = sections.indexOf(one.section) - sections.indexOf(other.section);
  if (bySection !== 0) return bySection;
  const [a, b] = [valueIn(one, name), valueIn(other, name)];
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareValues(a, b) * (isDescending ? -1 : 1);
}

function compareValues(a: ParamValue, b: ParamValue): number {
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== null && second !== null) return first - second;
  const [one, other] = [JSON.stringify(a), JSON.stringify(b)];
  return one < other ? -1 : Number(one > other);
}
