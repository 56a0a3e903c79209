/** The memories of hosts and their GPUs in `status`, for people. Pure. */
import { type Gpu, gpusOf } from '../board/devices.ts';
import { othersTexts } from '../board/others.ts';
import { processesOf } from '../model/refusal/refusal-phrases.ts';
import { heldLines } from '../board/held-lines.ts';
import { cut } from '../board/lines.ts';
import { roomBar, roomLegend } from '../board/room-bar.ts';
import { wholeSeconds } from '../board/text.ts';
import { wrapped } from '../board/wrapped.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import { formatSize } from '../model/size.ts';
import type { Room } from '../protocol/messages.ts';
import { type Column, tableLines, textWidth } from '../results/text-table.ts';
import { defaultLimits } from '../throttle/limits.ts';

type LiveHost = LiveFigures['hosts'][number];

interface DeviceRow {
  readonly host: string;
  readonly device: string;
  /** Of a GPU. */
  readonly model: string;
  readonly room: Room | null;
  readonly memory: string;
  readonly busy: string;
  readonly heat: string;
  readonly does: string;
}

/** How much of it is shown: the widest that fits. */
interface Layout {
  readonly barWidth: number;
  readonly hasModels: boolean;
  readonly hasLoad: boolean;
}

const layouts: readonly Layout[] = [
  { barWidth: 24, hasModels: true, hasLoad: true },
  { barWidth: 16, hasModels: true, hasLoad: true },
  { barWidth: 24, hasModels: false, hasLoad: true },
  { barWidth: 16, hasModels: false, hasLoad: true },
  { barWidth: 10, hasModels: false, hasLoad: true },
  { barWidth: 10, hasModels: false, hasLoad: false },
];

/** A table of its own behind an empty line, and under it why nothing more starts; nothing where nothing is known. */
export function deviceLines(live: LiveFigures | null, columns: number): string[] {
  const hosts = live?.hosts ?? [];
  const rows = hosts.flatMap(hostRows);
  const hasRoom = rows.some(({ room }) => room !== null);
  const held = heldLines(hosts, columns);
  const crowds = hosts.flatMap(crowdsOn);
  return [
    ...(rows.length === 0 ? [] : ['', ...fitting(rows, hasRoom, columns)]),
    ...(hasRoom ? wrapped(roomLegend, columns, 2) : []),
    ...crowds.flatMap((crowd) => wrapped(crowd, columns, 2)),
    ...(held.length === 0 ? [] : ['', ...held]),
  ];
}

function fitting(rows: readonly DeviceRow[], hasRoom: boolean, columns: number): string[] {
  const tables = layouts.map((layout) => tableOf(rows, hasRoom, layout));
  const fits = tables.find((lines) => lines.every((line) => textWidth(line) <= columns));
  return fits ?? (tables.at(-1) ?? []).map((line) => cut(line, columns));
}

function tableOf(
  rows: readonly DeviceRow[],
  hasRoom: boolean,
  { barWidth, hasModels, hasLoad }: Layout,
): string[] {
  const left = (head: string): Column => ({ head, align: 'left' });
  const right = (head: string): Column => ({ head, align: 'right' });
  const heads = [
    left('host'),
    left('device'),
    ...(hasRoom ? [left('room')] : []),
    right('memory used'),
    ...(hasLoad ? [right('busy'), right('heat')] : []),
    left('does'),
  ];
  const cells = rows.map(({ host, device, model, room, memory, busy, heat, does }) => [
    host,
    hasModels && model !== '' ? `${device} ${model}` : device,
    ...(hasRoom ? [room === null ? '' : roomBar(room, barWidth)] : []),
    memory,
    ...(hasLoad ? [busy, heat] : []),
    does,
  ]);
  return tableLines(heads, cells);
}

/** Its own memory, as far as its agent tells, and each of its GPUs. */
function hostRows(host: LiveHost): DeviceRow[] {
  const { name, figures } = host;
  const gpus = gpusOf(host).map((gpu) => gpuRow(host, gpu));
  const room = figures?.room ?? null;
  if (figures === null || room === null) return gpus;
  const used = figures.memoryTotalBytes - figures.memoryAvailableBytes;
  return [
    {
      ...empty,
      host: name,
      device: 'memory',
      room,
      memory: `${formatSize(used)} of ${formatSize(figures.memoryTotalBytes)}`,
    },
    ...gpus,
  ];
}

const empty = { model: '', busy: '', heat: '', does: '' };

function gpuRow(host: LiveHost, { facts, figures }: Gpu): DeviceRow {
  const total = formatSize(facts.memoryBytes);
  const row = { ...empty, host: host.name, device: `GPU ${facts.index}`, model: facts.name };
  if (figures === null) return { ...row, room: null, memory: `? of ${total}`, does: 'not heard of yet' };
  const { memoryUsedBytes, utilisation, temperatureCelsius, room } = figures;
  return {
    ...row,
    room,
    memory: `${formatSize(memoryUsedBytes)} of ${total}`,
    busy: utilisation === null ? '' : `${Math.round(utilisation * 100)} %`,
    heat: temperatureCelsius === null ? '' : `${temperatureCelsius} °C`,
    does: workText(figures, stillOn(host, facts.uuid)),
  };
}

/** Whose the processes are, where they are of several. */
const crowdsOn = (host: LiveHost): string[] =>
  gpusOf(host).flatMap(({ facts, figures }) => {
    const others = figures === null ? [] : othersTexts(figures);
    return others.length > 1 ? [`${host.name} GPU ${facts.index}: ${others.join(', ')}`] : [];
  });

/** Trials that stand still on a GPU. */
const stillOn = ({ running, figures }: LiveHost, uuid: string): number =>
  running.filter(
    ({ attempt, device }) =>
      device === uuid && figures?.still.some((one) => one.attempt === attempt) === true,
  ).length;

function workText(figures: NonNullable<Gpu['figures']>, still: number): string {
  const { running, othersProcesses, ageMs, problem } = figures;
  const others = othersTexts(figures);
  const run = running - still;
  const parts = [
    ...(running === 0 ? ['idle'] : []),
    ...(run > 0 ? [`${run} running`] : []),
    ...(still > 0 ? [`${still} standing still`] : []),
    ...(others.length > 1 ? [processesOf(othersProcesses, 'others')] : others),
    ...(problem === null ? [] : ['out of use']),
    ...(ageMs > defaultLimits.staleAfterMs ? [`silent for ${wholeSeconds(ageMs)}`] : []),
  ];
  return parts.join(', ');
}
