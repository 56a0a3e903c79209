import type { Sweep, Trial } from '../ledger/state.ts';
import { countsOf, isPartOf, isUnfinished } from '../ledger/sweeps.ts';
import type { HostName, TrialId } from '../model/ids.ts';
import { patienceMs } from '../model/patience.ts';
import type { Refusal } from '../model/refusal.ts';
import { isAway } from './core/host-use.ts';
import type { CoordinatorState, FleetHost } from './core/state.ts';
import { eligibility, idle, misfit } from './scheduler/eligibility.ts';

/** Why a host takes none of what waits, and never will by itself. */
export interface Obstacle {
  readonly host: HostName;
  readonly refusal: Refusal;
}

/**
 * Why nothing of a sweep can go on anywhere, by host; null while something may. A host that could not be prepared, is
 * off, quarantined, unreachable or lacks a label does not come back by waiting, nor does what it holds where it was
 * given up; and one that is too small does not grow. One that was there and was cut off is waited for, for a while.
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
  const givenUp = held.map((trial) => givenUpHolder(state, trial)).filter((host) => host !== null);
  if (givenUp.length < held.length) return null;
  const waiting = left.filter(({ status }) => status.kind === 'queued');
  const obstacles: Obstacle[] = [];
  for (const host of waiting.length === 0 ? new Set(givenUp) : state.fleet.values()) {
    const refusal = lastingRefusal(state, sweep, waiting, host);
    if (refusal === null || (refusal.kind === 'unreachable' && mayComeBack(host))) return null;
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
const isGivenUp = (host: FleetHost): boolean => isAway(host) && host.away === null;

/** The host that a trial is on, where that was given up: the trial does not come back by waiting. */
function givenUpHolder({ ledger, fleet }: CoordinatorState, { status }: Trial): FleetHost | null {
  const attempt = 'attempt' in status ? ledger.attempts.get(status.attempt) : undefined;
  const host = attempt === undefined ? undefined : fleet.get(attempt.host);
  return host !== undefined && isGivenUp(host) ? host : null;
}

const mayComeBack = ({ away }: FleetHost): boolean => away?.wasThere === true && away.ms < patienceMs;

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
      return misfitOfAll(waiting, host);
    case 'refused':
      return answer.refusal.kind === 'preparing' ? null : answer.refusal;
    default:
      return answer satisfies never;
  }
}

/** Why a host is too small for every trial that waits; null as soon as one fits. */
function misfitOfAll(waiting: readonly Trial[], host: FleetHost): Refusal | null {
  const load = idle(host);
  let refusal: Refusal | null = null;
  for (const trial of waiting) {
    refusal = misfit(trial.point, load);
    if (refusal === null || refusal.kind === 'preparing') return null;
  }
  return refusal;
}
