import { own } from '../../model/own.ts';
import type { ParamValue } from '../../model/value.ts';
import type { Point, Row } from '../leaderboard.ts';

/** What a row has under a name: a parameter comes before a metric or a column of that name. */
export function valueIn(row: Row, name: string): ParamValue | undefined {
  const ofPoint = valueOfPoint(row, name);
  if (ofPoint !== undefined) return ofPoint;
  if (name === 'rank') return row.rank;
  if (name === 'n') return row.replicates.done;
  return own(row.metrics, name)?.mean ?? undefined;
}

export function valueOfPoint(
  { params, case: named, parameters }: Point,
  name: string,
): ParamValue | undefined {
  const param = own(params, name);
  if (param !== undefined) return param;
  if (name === 'case') return named ?? undefined;
  return name === 'parameters' ? (parameters ?? undefined) : undefined;
}
