/**
 * What waits on hosts by words that hold no longer: the sweep, or the inventory, was edited after it was leased. It is
 * taken back, and leased anew by the words that hold. What runs goes on as it was started.
 */
import type { Attempt, Sweep } from '../../ledger/state.ts';
import { priorityOf } from '../../ledger/sweeps.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import { askBack } from './ask-back.ts';
import { openOn } from './host-commands.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** To be asked after an edit, and after each connection: a host that was away has the old words still. */
export function takeBackOutdated(state: CoordinatorState, turn: CoordinatorTurn, name: HostName): void {
  const host = state.fleet.get(name);
  if (host?.link.kind !== 'ready') return;
  const { asked } = host.link;
  const waiting = openOn(state, name).filter(({ id, status }) => status.kind === 'leased' && !asked.has(id));
  const outdated: AttemptId[] = [];
  for (const [sweepName, attempts] of Map.groupBy(waiting, ({ sweep }) => sweep)) {
    const sweep = state.ledger.sweeps.get(sweepName);
    if (sweep === undefined) continue;
    const [older, others] = split(attempts, (attempt) => isOutdated(state, host, sweep, attempt));
    const tooMany = Math.max(0, excessOf(state, sweep) - older.length);
    outdated.push(
      ...[...older, ...others.slice(others.length - Math.min(tooMany, others.length))].map(({ id }) => id),
    );
  }
  if (outdated.length > 0) askBack(turn, host, outdated);
}

function isOutdated(state: CoordinatorState, host: FleetHost, sweep: Sweep, attempt: Attempt): boolean {
  const trial = state.ledger.trials.get(attempt.trial);
  if (trial === undefined || !trial.sweeps.includes(sweep.name)) return false;
  const { labels, launch } = sweep.declaration;
  return (
    attempt.launch !== launch ||
    attempt.priority !== priorityOf(state.ledger, trial) ||
    labels.some((label) => !host.listing.labels.includes(label)) ||
    (attempt.point !== trial.point &&
      canonicalJson(attempt.point.resources) !== canonicalJson(trial.point.resources))
  );
}

/** How many more are leased or run than the sweep allows now, those not counted that were asked for. */
function excessOf(state: CoordinatorState, { name, declaration, counts }: Sweep): number {
  if (declaration.concurrent === null) return 0;
  const asked = [...state.fleet.values()]
    .flatMap(({ link }) => [...(connectionOf(link)?.asked ?? [])])
    .filter((id) => state.ledger.attempts.get(id)?.sweep === name).length;
  return counts.leased + counts.running - declaration.concurrent - asked;
}

function split<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): [Item[], Item[]] {
  const { first = [], second = [] } = Object.groupBy(items, (item) => (isFirst(item) ? 'first' : 'second'));
  return [first, second];
}
