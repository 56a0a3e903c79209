/** `status` for people. Pure. */
import { ceilingText } from '../board/bearing.ts';
import { holdingText, stateText } from '../board/host-lines.ts';
import { type HostView, isAtRest, type RunView } from '../board/run-view.ts';
import { howStoppedText } from '../board/waiting.ts';
import { countsText, etaText } from '../board/text.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import { formatSize } from '../model/size.ts';
import { ignoredText } from '../results/leaderboard-notes.ts';
import { type Column, tableLines } from '../results/text-table.ts';
import { deviceLines } from './device-lines.ts';

/** What is known where no coordinator says anything of the moment. */
export interface Absence {
  /** Why one that is there says nothing; null where none is. */
  readonly silence: string | null;
  /** Why the last one ended, in lines. */
  readonly obstacles: readonly string[];
}

/**
 * @param views of all sweeps: they hold the same hosts
 * @param live null where no coordinator says anything: then `absence` tells of that
 */
export function statusLines(
  views: readonly RunView[],
  live: LiveFigures | null,
  absence: Absence | null,
  columns: number,
): string[] {
  const hosts = views[0]?.hosts ?? [];
  return [
    ...views.flatMap((view) => [sweepLine(view), ...view.ignored.map((one) => `  ${ignoredText(one)}`)]),
    ...(hosts.length === 0
      ? []
      : [
          '',
          ...tableLines(
            hostColumns,
            hosts.map((host) => hostCells(host, live)),
          ),
          ...reasonLines(hosts),
        ]),
    ...deviceLines(live, columns),
    ...ceilingLines(live),
    ...inventoryLines(live),
    ...(absence === null ? [] : ['', ...absenceLines(absence, views)]),
  ];
}

const absenceLines = ({ silence, obstacles }: Absence, views: readonly RunView[]): string[] =>
  silence === null ? [...obstacles, nobodyText(views)] : [silence];

/** A line for each host that is loaded with less than it has. */
function ceilingLines(live: LiveFigures | null): string[] {
  const lines = (live?.hosts ?? []).flatMap((host) => {
    const text = ceilingText(host);
    return text === null ? [] : [`${host.name} ${text}`];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

const inventoryLines = (live: LiveFigures | null): string[] =>
  live === null || live.inventoryProblem === null
    ? []
    : ['', ...live.inventoryProblem.split('\n'), 'The hosts are as they were before this edit.'];

function sweepLine(view: RunView): string {
  const priority = view.priority === 0 ? [] : [`priority ${view.priority}`];
  const parts = [`${view.sweep}: ${conditionOf(view)}`, ...priority, countsText(view)];
  if (view.eta !== null && view.status.kind === 'open' && !isAtRest(view)) parts.push(etaText(view.eta));
  return parts.join(', ');
}

function conditionOf(view: RunView): string {
  switch (view.status.kind) {
    case 'declaring':
      return 'being declared';
    case 'stopped':
      return howStoppedText(view.status);
    case 'paused':
      return isAtRest(view) ? 'done' : 'paused';
    case 'open':
      if (isAtRest(view)) return 'done';
      return view.isAsked ? 'open' : `open, but not asked for (\`labsweep resume ${view.sweep}\` goes on)`;
    default:
      return view.status satisfies never;
  }
}

/** Why hosts are not used, and the remedy, or whom they work for besides: more than a column holds. */
function reasonLines(hosts: readonly HostView[]): string[] {
  const lines = hosts.flatMap((host) => [
    ...(host.because === null || !needsReason(host) ? [] : [`${host.name}: ${host.because}`]),
    ...host.notices.map((notice) => `${host.name}: ${notice}`),
    ...host.others.map((holding) => `${host.name}: ${holdingText(holding)}`),
  ]);
  return lines.length === 0 ? [] : ['', ...lines];
}

/** Of one that is ready: what is amiss all the same. */
const needsReason = (host: HostView): boolean => host.state === 'ready' || isLeftOut(host);

const isLeftOut = ({ state }: HostView): boolean =>
  ['unreachable', 'unprepared', 'quarantined', 'off'].includes(state);

const hostColumns: readonly Column[] = [
  { head: 'host', align: 'left' },
  { head: 'does', align: 'left' },
  { head: 'load', align: 'right' },
  { head: 'memory free', align: 'right' },
  { head: 'disk free', align: 'right' },
];

function hostCells(view: HostView, live: LiveFigures | null): string[] {
  const host = live?.hosts.find(({ name }) => name === view.name);
  const figures = host?.figures ?? null;
  const does = doesText(view);
  if (figures === null) return [view.name, does, '', '', ''];
  const load = `${figures.load.toFixed(1)} of ${host?.facts?.cpus ?? '?'}`;
  const memory = `${formatSize(figures.memoryAvailableBytes)} of ${formatSize(figures.memoryTotalBytes)}`;
  return [view.name, does, load, memory, formatSize(figures.diskFreeBytes)];
}

/** Reasons are sentences, and stand below. */
function doesText(view: HostView): string {
  const { hold, running } = view;
  const text = stateText({ ...view, hold: null, because: isLeftOut(view) ? null : view.because });
  return view.state === 'ready' && hold !== null && running.length === 0 ? `${text}, held` : text;
}

function nobodyText(views: readonly RunView[]): string {
  const left = views.filter((view) => !isAtRest(view));
  if (left.length === 0) return 'No coordinator runs, and nothing waits for one.';
  const [first] = left;
  // Without a name it opens nothing that a person has stopped or paused.
  const isClosed = left.every(({ status }) => status.kind !== 'open');
  const named = !isClosed ? '' : left.length === 1 ? ` ${first?.sweep}` : ' SWEEP';
  return `No coordinator runs: hosts work through what they hold, nothing new is leased. \`labsweep resume${named}\` goes on.`;
}
