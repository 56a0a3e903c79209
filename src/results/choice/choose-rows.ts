/** Which rows of a leaderboard are shown, and in which order. Ranks and groups stay those of all points. Pure. */
import { own } from '../../model/own.ts';
import { isTestMetric } from '../../model/result/metrics.ts';
import { nearestName } from '../../model/source/nearest.ts';
import type { ParamValue } from '../../model/value.ts';
import type { Leaderboard, Point, Row } from '../leaderboard.ts';
import { sections } from '../sections.ts';
import { type Condition, conditionText, meets, numberOf } from './condition.ts';

export interface Order {
  /** Of a parameter, a metric or one of the other columns. */
  readonly name: string;
  readonly isDescending: boolean;
}

export interface RowChoice {
  /** All of them have to be met. */
  readonly where: readonly Condition[];
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
export function chooseRows(board: Leaderboard, { where, sort }: RowChoice): Leaderboard {
  const isMeant = (valueOf: (name: string) => ParamValue | undefined): boolean =>
    where.every((condition) => meets(valueOf(condition.name), condition));
  const rows = board.rows.filter((row) => isMeant((name) => valueIn(row, name)));
  const unranked = board.unranked.filter((point) => isMeant((name) => valueOfPoint(point, name)));
  const points = board.rows.length + board.unranked.length;
  const words = [
    ...(where.length === 0
      ? []
      : [`${rows.length + unranked.length} of ${points} points: ${where.map(conditionText).join(', ')}`]),
    ...(sort === null ? [] : [`sorted by ${sort.name}${sort.isDescending ? ', highest first' : ''}`]),
  ];
  return {
    ...board,
    rows: sort === null ? rows : rows.toSorted((one, other) => compareBy(one, other, sort)),
    unranked,
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

/** A parameter comes before a metric or a column of its name. */
function valueIn(row: Row, name: string): ParamValue | undefined {
  const ofPoint = valueOfPoint(row, name);
  if (ofPoint !== undefined) return ofPoint;
  if (name === 'rank') return row.rank;
  if (name === 'n') return row.replicates.done;
  return own(row.metrics, name)?.mean ?? undefined;
}

function valueOfPoint({ params, case: named, parameters }: Point, name: string): ParamValue | undefined {
  const param = own(params, name);
  if (param !== undefined) return param;
  if (name === 'case') return named ?? undefined;
  return name === 'parameters' ? (parameters ?? undefined) : undefined;
}

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
