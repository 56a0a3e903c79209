/** Hosts in the room that the view has for them: each running trial, else a line a host, else a part of the hosts. */
import type { Holding } from '../protocol/messages.ts';
import type { HostView, Running } from './run-view.ts';
import { figure, wholeSeconds } from './text.ts';

export function hostLines(hosts: readonly HostView[], room: number): string[] {
  const width = Math.max(0, ...hosts.map(({ name }) => name.length));
  const everything = hosts.flatMap((host) => detailed(host, width));
  if (everything.length <= room) return everything;
  if (hosts.length <= room) return hosts.map((host) => summed(host, width));
  // Those that need a look come first: what works is the same on every line.
  const sorted = hosts.toSorted((a, b) => Number(a.state === 'ready') - Number(b.state === 'ready'));
  const rest = sorted.slice(room - 1);
  const running = rest.reduce((sum, host) => sum + host.running.length, 0);
  return [
    ...sorted.slice(0, room - 1).map((host) => summed(host, width)),
    `and ${rest.length} more hosts with ${running} running`,
  ];
}

function detailed(host: HostView, width: number): string[] {
  if (host.running.length === 0) return [summed(host, width)];
  return host.running.map(
    (running, index) => `${(index === 0 ? host.name : '').padEnd(width)}  ${runningText(running)}`,
  );
}

function runningText({ device, label, value, runningMs }: Running): string {
  const parts = [device, label, ...(value === null ? [] : [figure(value)]), wholeSeconds(runningMs)];
  return parts.join('  ');
}

function summed(host: HostView, width: number): string {
  return `${host.name.padEnd(width)}  ${stateText(host)}`;
}

/** What a host does, or why it does nothing (P6). */
export function stateText({ state, because, running, backlog, hold, others }: HostView): string {
  const work = workText(running.length, backlog);
  if (state === 'ready') {
    const why = hold !== null && running.length === 0 ? `: ${hold}` : '';
    return `${work || 'idle'}${why}${othersText(others)}`;
  }
  const why = because === null ? '' : `: ${because}`;
  if (state === 'unknown') return `${work}, as far as is known`;
  return `${state}${why}${work === '' ? '' : ` (${work})`}`;
}

const workText = (running: number, waiting: number): string =>
  [...(running > 0 ? [`${running} running`] : []), ...(waiting > 0 ? [`${waiting} waiting`] : [])].join(', ');

/** What other ledgers have there together: whose it is takes a line of its own. */
function othersText(others: readonly Holding[]): string {
  const sum = (of: (holding: Holding) => number): number =>
    others.reduce((total, holding) => total + of(holding), 0);
  const work = workText(
    sum(({ running }) => running),
    sum(({ waiting }) => waiting),
  );
  return work === '' ? '' : `; of others ${work}`;
}

/** What a ledger has on a host, and whose it is. */
export function holdingText({ owner, running, waiting, ended }: Holding): string {
  const done = ended > 0 ? `${ended} done and not taken in` : '';
  return `${[workText(running, waiting), done].filter((part) => part !== '').join(', ')} of ${owner}`;
}
