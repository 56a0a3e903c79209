import type { Sweep, Trial } from '../ledger/state.ts';
import { countsOf, isPartOf, isUnfinished } from '../ledger/sweeps.ts';
import type { HostName, TrialId } from '../model/ids.ts';
import { patienceMs } from '../model/patience.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { FleetHost } from './hosts/fleet-host.ts';
import { wantOfRoom } from './hosts/want-of-room.ts';
import { silenceOf } from './hosts/link.ts';
import type { CoordinatorState } from './hosts/state.ts';
import { eligibility } from './hosts/eligibility.ts';
import { idle, misfit } from './hosts/fit.ts';

/** Why a host takes none of what waits, and never will by itself. */
export interface Obstacle {
  readonly host: HostName;
  readonly refusal: Refusal;
}

/**
 * Why nothing of a sweep can go on anywhere, by host; null while something may. A host that could not be prepared, is
 * off, quarantined, unreachable or lacks a label does not come back by waiting; and one that is too small does not grow.
 * One that was there and was cut off, or is left out and will soon be tried again, is waited for, for a while. What is
 * on a host that was given up starts elsewhere after a while, if any host can take it.
 *
 * @param part the trials that are meant; null: all of the sweep that were asked for
 */
export function stranded(
  state: CoordinatorState,
  sweep: Sweep,
  part: ReadonlySet<TrialId> | null = null,
): readonly Obstacle[] | null {
  const meant = part ?? sweep.part;
  if (sweep.status.kind !== 'open' || !isUnfinished(countsOf(sweep, meant))) return null;
  if (meant === null && isAtWork(state, sweep)) return null;
  const left = sweep.order.filter(({ id }) => isPartOf(meant, id));
  const held = left.filter(({ status }) => status.kind === 'leased' || status.kind === 'running');
  if (!held.every((trial) => isOnGivenUp(state, trial))) return null;
  const waiting = left.filter(({ status }) => status.kind === 'queued').concat(held);
  const obstacles: Obstacle[] = [];
  for (const host of state.fleet.values()) {
    const refusal = lastingRefusal(state, sweep, waiting, host);
    if (refusal === null || (refusal.kind === 'unreachable' && mayComeBack(host))) return null;
    if (refusal.kind === 'quarantined' && isSoonTried(state, host)) return null;
    if (refusal.kind === 'no-room' && mayFindRoom(state, sweep, host)) return null;
    if (refusal.kind === 'gpus-broken' && mayAnswerAgain(host)) return null;
    obstacles.push({ host: host.name, refusal });
  }
  return obstacles;
}

/** Looked at first, since it costs nothing: as a rule a host that is there has some of it. */
const isAtWork = ({ ledger, fleet }: CoordinatorState, { name }: Sweep): boolean =>
  [...fleet.values()].some(
    (host) => !isGivenUp(host) && ledger.hosts.get(host.name)?.work.has(name) === true,
  );

/** Nobody tries it again before a person has mended why. */
const isGivenUp = ({ link }: FleetHost): boolean => link.kind === 'given-up';

function isOnGivenUp({ ledger, fleet }: CoordinatorState, { status }: Trial): boolean {
  const id = 'attempt' in status ? status.attempt : null;
  const attempt = id === null ? undefined : ledger.attempts.get(id);
  const host = attempt === undefined ? undefined : fleet.get(attempt.host);
  return host !== undefined && isGivenUp(host);
}

const isSoonTried = ({ awakeMs }: CoordinatorState, { doubt: { dueAtMs } }: FleetHost): boolean =>
  dueAtMs !== null && dueAtMs - awakeMs < patienceMs;

const mayFindRoom = ({ awakeMs }: CoordinatorState, { name }: Sweep, host: FleetHost): boolean =>
  (wantOfRoom(host, name, awakeMs)?.dueAtMs ?? awakeMs) - awakeMs < patienceMs;

function mayComeBack({ link }: FleetHost): boolean {
  const silence = silenceOf(link);
  return silence !== null && silence.wasThere && silence.ms < patienceMs;
}

/** A driver that has told of its GPUs a while ago may be hanging for a moment, or be mended just now. */
const mayAnswerAgain = ({ link }: FleetHost): boolean =>
  link.kind === 'ready' && (link.figures?.gpus ?? []).some(({ ageMs }) => ageMs < patienceMs);

function lastingRefusal(
  state: CoordinatorState,
  sweep: Sweep,
  waiting: readonly Trial[],
  host: FleetHost,
): Refusal | null {
  const answer = eligibility(state, sweep, host);
  switch (answer.kind) {
    case 'unprepared':
      return null;
    case 'eligible':
      return misfitOfAll(state, waiting, host);
    case 'refused':
      return answer.refusal.kind === 'preparing' ? null : answer.refusal;
    default:
      return answer satisfies never;
  }
}

/** Why a host is too small for every trial that waits; null as soon as one fits. */
function misfitOfAll(
  { ledger }: CoordinatorState,
  waiting: readonly Trial[],
  host: FleetHost,
): Refusal | null {
  const load = idle(host);
  let refusal: Refusal | null = null;
  for (const trial of waiting) {
    refusal = misfit(ledger, trial.point, host, load);
    if (refusal === null || refusal.kind === 'preparing') return null;
  }
  return refusal;
}
