/** The GPUs of `status`, for people. Pure. */
import { type Gpu, gpusOf } from '../board/devices.ts';
import { othersTexts } from '../board/others.ts';
import { wholeSeconds } from '../board/text.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import { formatSize } from '../model/size.ts';
import { type Column, tableLines } from '../results/text-table.ts';
import { defaultLimits } from '../throttle/limits.ts';

type LiveHost = LiveFigures['hosts'][number];

const columns: readonly Column[] = [
  { head: 'host', align: 'left' },
  { head: 'GPU', align: 'left' },
  { head: 'memory used', align: 'right' },
  { head: 'busy', align: 'right' },
  { head: 'heat', align: 'right' },
  { head: 'does', align: 'left' },
];

/** A table of its own behind an empty line; nothing where no host has a GPU, or should have. */
export function deviceLines(live: LiveFigures | null): string[] {
  const rows = (live?.hosts ?? []).flatMap(hostRows);
  return rows.length === 0 ? [] : ['', ...tableLines(columns, rows)];
}

function hostRows(host: LiveHost): string[][] {
  const gpus = gpusOf(host);
  const problem = host.facts?.gpuProblem ?? null;
  if (gpus.length === 0) return problem === null ? [] : [[host.name, 'none', '', '', '', problem]];
  const rows = gpus.map((gpu) => [
    host.name,
    `${gpu.facts.index} ${gpu.facts.name}`,
    ...figureCells(gpu, problem, stillOn(host, gpu.facts.uuid)),
  ]);
  const isShown = problem === null || rows.some((row) => row.at(-1)?.includes(problem) === true);
  return isShown ? rows : [...rows, [host.name, 'besides', '', '', '', problem]];
}

/** Trials that stand still on a GPU. */
const stillOn = ({ running, figures }: LiveHost, uuid: string): number =>
  running.filter(
    ({ attempt, device }) =>
      device === uuid && figures?.still.some((one) => one.attempt === attempt) === true,
  ).length;

function figureCells({ facts, figures }: Gpu, problem: string | null, still: number): string[] {
  const total = formatSize(facts.memoryBytes);
  if (figures === null) return [`? of ${total}`, '', '', problem ?? 'not heard of yet'];
  const { memoryUsedBytes, utilisation, temperatureCelsius } = figures;
  return [
    `${formatSize(memoryUsedBytes)} of ${total}`,
    utilisation === null ? '' : `${Math.round(utilisation * 100)} %`,
    temperatureCelsius === null ? '' : `${temperatureCelsius} °C`,
    workText(figures, problem, still),
  ];
}

function workText(figures: NonNullable<Gpu['figures']>, problem: string | null, still: number): string {
  const { running, ageMs } = figures;
  const run = running - still;
  const work =
    running === 0
      ? 'idle'
      : [...(run > 0 ? [`${run} running`] : []), ...(still > 0 ? [`${still} standing still`] : [])].join(
          ', ',
        );
  const others = othersTexts(figures)
    .map((text) => `, ${text}`)
    .join('');
  if (figures.problem !== null) return `${work}${others}; ${figures.problem}`;
  if (ageMs <= defaultLimits.staleAfterMs) return `${work}${others}`;
  return `${work}${others}; silent for ${wholeSeconds(ageMs)}${problem === null ? '' : `: ${problem}`}`;
}
