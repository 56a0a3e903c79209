import { formatSize } from '../model/size.ts';
import type { Params } from '../model/grid/params.ts';
import { type Column, tableLines } from '../results/text-table.ts';
import { cut } from '../board/lines.ts';
import { wholeSeconds } from '../board/text.ts';
import type { Prediction } from '../model/prediction.ts';
import { placeLines } from './plan-places.ts';
import { counted } from '../session/text/counted.ts';
import type { Plan, PlannedTrial } from './plan-document.ts';
import { own } from '../model/own.ts';
import { cellText, isSameValue } from '../model/value.ts';

/** Points that a person sees; `--json` has them all. */
const rowsShown = 20;

/** A plan as text: the sum first, then the first points, then what was left out and what is missing. */
export function planLines(
  plan: Plan,
  excluded: readonly { readonly params: Params; readonly because: string }[],
  columns: number,
): string[] {
  const { trials, points } = plan;
  const replicates = points === 0 ? 0 : trials.length / points;
  const cached = trials.filter((trial) => trial.cached).length;
  const firsts = trials.filter((trial) => trial.replicate === 1);
  return [
    `${plan.sweep}: ${counted(points, 'point')} x ${counted(replicates, 'replicate')} = ${counted(trials.length, 'trial')}, ${cached} of them done`,
    ...[plan.argsNote, plan.seedNote, plan.coresNote].filter((note) => note !== null),
    ...sizeLines(firsts),
    '',
    ...pointTable(firsts, columns),
    ...(points > rowsShown ? [`… and ${points - rowsShown} more points (--json shows all)`] : []),
    ...exclusionLines(excluded),
    '',
    ...placeLines(plan),
    ...besidesLines(plan),
    ...leavingLines(plan),
    ...plan.shown.map(({ name, because }) => `Not hidden where a trial prints it: ${name}; ${because}`),
    ...(plan.setup === null ? [] : [plan.setup]),
    ...plan.missing.map(({ what, remedy }) => `Missing: ${what}; ${remedy}`),
  ];
}

/** Files that lie beside the program's: a program that reads one of them has to know that it is not there. */
const besidesLines = ({ besides }: Plan): string[] =>
  besides.length === 0
    ? []
    : [`No part of the program: ${besides.map(({ path, what }) => `${path} (${what})`).join(', ')}`];

function leavingLines({ sweep, leaving: { trials, running, results } }: Plan): string[] {
  if (trials + results === 0) return [];
  const needs = running + results > 0 ? '; `run` asks first, and a script says --prune' : '';
  return [
    `Leaves sweep ${sweep}: ${counted(trials, 'trial')} that the file has no more, ${running} of them running, and ${counted(results, 'result')} of the leaderboard${needs}`,
  ];
}

function sizeLines(trials: readonly PlannedTrial[]): string[] {
  const counts = trials.flatMap(({ parameters }) => parameters ?? []);
  const lines: string[] = [];
  const extremes = (values: readonly number[]): [number, number] =>
    values.reduce<[number, number]>(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
  if (counts.length > 0) {
    const [low, high] = extremes(counts);
    lines.push(`Models of ${low.toLocaleString('en-US')} to ${high.toLocaleString('en-US')} parameters`);
  }
  const span = (of: (predicted: Prediction) => number | null, text: (value: number) => string): string[] => {
    const values = trials.flatMap(({ predicted }) => of(predicted) ?? []);
    const [low, high] = extremes(values).map(text);
    return values.length === 0 ? [] : [low === high ? `${low}` : `${low} to ${high}`];
  };
  const parts = [
    ...span(({ hostMemoryBytes }) => hostMemoryBytes, formatSize).map((size) => `${size} of memory`),
    ...span(({ gpuMemoryBytes }) => gpuMemoryBytes, formatSize).map((size) => `${size} of a GPU`),
    ...span(({ seconds }) => seconds, secondsText),
  ];
  if (parts.length > 0) lines.push(`Predicted of a trial: ${parts.join(', ')}`);
  return lines;
}

/** Its columns are those in which any of the points differ, also where the first ones do not. */
function pointTable(trials: readonly PlannedTrial[], columns: number): string[] {
  const names = [...new Set(trials.flatMap(({ params }) => Object.keys(params)))].filter((name) =>
    trials.some(({ params }) => !isSameValue(own(params, name), own(trials[0]?.params ?? {}, name))),
  );
  const hasCase = trials.some((trial) => trial.case !== null);
  const hasParameters = trials.some(({ parameters }) => parameters !== null);
  const predicted = predictedColumns(trials);
  const heads: readonly Column[] = [
    column('trial', 'left'),
    ...(hasCase ? [column('case', 'left')] : []),
    ...names.map((head) => column(head, 'right')),
    ...(hasParameters ? [column('parameters', 'right')] : []),
    ...predicted.map(({ head }) => column(head, 'right')),
  ];
  const rows = trials
    .slice(0, rowsShown)
    .map((trial) => [
      trial.trial.slice(0, 8),
      ...(hasCase ? [trial.case ?? ''] : []),
      ...names.map((name) => cellText(own(trial.params, name))),
      ...(hasParameters ? [trial.parameters?.toLocaleString('en-US') ?? ''] : []),
      ...predicted.map(({ cell }) => cell(trial.predicted)),
    ]);
  return tableLines(heads, rows).map((line) => cut(line, Math.max(columns, 60)));
}

interface PredictedColumn {
  readonly head: string;
  readonly cell: (predicted: Prediction) => string;
}

/** Those of which something is known of one of the trials. */
const predictedColumns = (trials: readonly PlannedTrial[]): PredictedColumn[] =>
  [
    { head: 'memory', cell: ({ hostMemoryBytes }: Prediction) => sizeText(hostMemoryBytes) },
    { head: 'of a GPU', cell: ({ gpuMemoryBytes }: Prediction) => sizeText(gpuMemoryBytes) },
    { head: 'time', cell: ({ seconds }: Prediction) => (seconds === null ? '' : secondsText(seconds)) },
  ].filter(({ cell }) => trials.some(({ predicted }) => cell(predicted) !== ''));

const sizeText = (bytes: number | null): string => (bytes === null ? '' : formatSize(bytes));
const secondsText = (seconds: number): string => wholeSeconds(seconds * 1_000);

function exclusionLines(excluded: readonly { readonly because: string }[]): string[] {
  const reasons = new Map<string, number>();
  for (const { because } of excluded) reasons.set(because, (reasons.get(because) ?? 0) + 1);
  return [...reasons].map(([because, count]) => `Left out: ${count} points, ${because}`);
}

const column = (head: string, align: Column['align']): Column => ({ head, align });
