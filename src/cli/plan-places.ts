/** Where a sweep would run and for how long, of `plan` for people. */
import { takesText, wholeSeconds } from '../board/text.ts';
import { formatSize } from '../model/size.ts';
import { type Column, tableLines } from '../results/text-table.ts';
import { counted } from '../session/text/counted.ts';
import type { Plan, PlannedHost } from './plan-document.ts';

const columns: readonly Column[] = [
  { head: 'host', align: 'left' },
  { head: 'has', align: 'left' },
  { head: 'takes', align: 'right' },
];
const busyColumn: Column = { head: 'busy for', align: 'right' };

export function placeLines({ devices, trials, eta }: Plan): string[] {
  if (trials.every(({ cached }) => cached)) return ['Nothing is left to run: each trial has its result.'];
  const known = devices.filter((host) => host.trials !== null && host.off === null);
  const off = devices.filter((host) => host.off !== null);
  const unseen = devices.filter((host) => host.trials === null && host.off === null);
  return [
    ...(known.length === 0 ? [] : hostTable(known)),
    ...known.flatMap(({ host, because }) => (because === null ? [] : [`${host} takes none: ${because}`])),
    ...(unseen.length === 0
      ? []
      : [`Not seen yet, so not counted: ${unseen.map(({ host }) => host).join(', ')}`]),
    ...off.map(({ host, off: because }) => `${host} is off: ${because}`),
    timeText(eta, devices),
  ];
}

function timeText(eta: Plan['eta'], hosts: readonly PlannedHost[]): string {
  if (eta !== null) return `Time: ${takesText(eta)}`;
  return hosts.some(({ trials }) => trials !== null && trials > 0)
    ? 'Time: known once the first trial of this program has ended'
    : 'Time: not known while no host that was seen takes a trial';
}

function hostTable(hosts: readonly PlannedHost[]): string[] {
  const isTimed = hosts.some(({ seconds }) => seconds !== null);
  const rows = hosts.map((host) => [...hostCells(host), ...(isTimed ? [busyText(host)] : [])]);
  return tableLines(isTimed ? [...columns, busyColumn] : columns, rows);
}

const hostCells = (host: PlannedHost): string[] => [
  host.host,
  hasText(host),
  host.because === null ? counted(host.trials ?? 0, 'trial') : 'none',
];

const busyText = ({ seconds, because }: PlannedHost): string =>
  seconds === null || because !== null ? '' : wholeSeconds(seconds * 1_000);

/** GPUs of one kind together; of a host without one, what it has besides. */
function hasText({ gpus, cpus, memoryBytes }: PlannedHost): string {
  const kinds = Map.groupBy(gpus ?? [], ({ name, memoryBytes: bytes }) => `${name}, ${formatSize(bytes)}`);
  const cards = [...kinds].map(([kind, { length }]) => (length === 1 ? kind : `${length} x ${kind}`));
  const rest = [
    ...(cpus === null ? [] : [counted(cpus, 'core')]),
    ...(memoryBytes === null ? [] : [formatSize(memoryBytes)]),
  ];
  return cards.length > 0 ? cards.join('; ') : rest.join(', ');
}
