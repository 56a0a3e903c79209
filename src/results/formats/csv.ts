/**
 * A leaderboard for programs and spreadsheets: RFC 4180 but for its line ends, which are those of text here as every reader
 * takes them; numbers with all their digits, nothing aligned.
 */
import { stringify } from 'csv-stringify/sync';
import { own } from '../../model/own.ts';
import type { Objective } from '../../model/result/metrics.ts';
import { type ParamValue, valueText } from '../../model/value.ts';
import { otherMetrics } from '../leaderboard-fields.ts';
import type { Leaderboard, Row } from '../leaderboard.ts';

/** @param only columns by name, in place of all parameters and metrics; null: these */
export function csvText({ rows, ...board }: Leaderboard, only: readonly string[] | null): string {
  const isMeant = (name: string): boolean => only === null || only.includes(name);
  const params = [...new Set(rows.flatMap((row) => Object.keys(row.params)))].filter(isMeant);
  const { metric } = board.objective;
  const metrics = [metric, ...otherMetrics({ ...board, rows }).filter(isMeant)];
  const heads = [
    'rank',
    'first_rank',
    'last_rank',
    'section',
    ...params,
    'case',
    'parameters',
    'done',
    'declared',
    ...metrics.flatMap((name) => [
      headOf(name, board.objective),
      `${name}_low`,
      `${name}_high`,
      `${name}_spread`,
    ]),
  ];
  return stringify([heads, ...rows.map((row) => cells(row, params, metrics))], { record_delimiter: 'unix' });
}

/** A file has no line above its heads that could say so. */
const headOf = (name: string, { metric, selectOnTest }: Objective): string =>
  selectOnTest && name === metric ? `${name} (selected on test)` : name;

function cells(row: Row, params: readonly string[], metrics: readonly string[]): (string | number | null)[] {
  return [
    row.rank,
    row.ranks?.[0] ?? null,
    row.ranks?.[1] ?? null,
    row.section,
    ...params.map((name) => plain(own(row.params, name))),
    row.case,
    row.parameters,
    row.replicates.done,
    row.replicates.declared,
    ...metrics.flatMap((name) => {
      const { mean = null, low = null, high = null, spread = null } = own(row.metrics, name) ?? {};
      return [mean, low, high, spread];
    }),
  ];
}

const plain = (value: ParamValue | undefined): string | number | null =>
  value === undefined ? null : typeof value === 'number' ? value : valueText(value);
