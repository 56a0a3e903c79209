/**
 * Hosts that fail everything. A broken interpreter fails a trial in a hundredth of the time that a good host takes to
 * end one, and would be through with the whole sweep before anybody noticed; and trials that fail at random, or that
 * fail wherever they run, are no host's fault. So a host on which many trials in a row have failed gets no more of them
 * until these have ended elsewhere, and is left out once they succeed there and its peers do better.
 */
import { hasResult } from '../../ledger/results.ts';
import type { Standing } from '../../ledger/standing.ts';
import type { HostRecord, Trial } from '../../ledger/state.ts';
import { chargedTo } from '../../model/result/outcome.ts';
import { misfit } from './fit.ts';
import { isWanted } from './use.ts';
import type { FleetHost } from './fleet-host.ts';
import type { CoordinatorState } from './state.ts';
import { chanceOfStreak, inRow, levelOf, type Peers } from './streak-test.ts';

/**
 * Trials that failed on a host and succeeded elsewhere before it may be at fault. With a chance q that a trial fails
 * anywhere, one that is decided does so with q / (1 + q) at most, whichever trials the host was given: five in a row
 * with less than 1/32 (the sign test).
 */
const leastBlamed = 5;
/** Where most trials fail, so many in a row say nothing. */
const ordinary = 0.05;
/** Of the streak; fewer, and the trials explain it: the others have failed elsewhere too. */
const leastDoubted = 3;
/** Of a long streak the end tells. */
const mostLooked = 50;

/** What speaks against a host at the trials of one launch. */
export interface Case {
  readonly launch: string;
  readonly streak: readonly Trial[];
  /** Of the streak, those that succeeded elsewhere, and those that have still to end on another host. */
  readonly blamed: number;
  readonly open: readonly Trial[];
  readonly verdict: 'undecided' | 'guilty';
}

/** Whether a host has failed so many trials in a row that they are looked into. */
export const isSuspect = ({ standings }: HostRecord): boolean =>
  [...standings.values()].some(({ streak }) => streak.length >= inRow);

/** Null where nothing keeps a host from being given more. The last that work are never suspected. */
export function caseAgainst(state: CoordinatorState, host: FleetHost): Case | null {
  for (const [launch, standing] of state.ledger.hosts.get(host.name)?.standings ?? []) {
    if (standing.streak.length < inRow) continue;
    const found = caseOf(state, host, launch, standing);
    if (found !== null) return found;
  }
  return null;
}

function caseOf(
  state: CoordinatorState,
  host: FleetHost,
  launch: string,
  { streak, succeeded, failed }: Standing,
): Case | null {
  const peers = peersOf(state, host, launch);
  if (peers.length === 0) return null;
  const { succeeded: good, failed: bad } = sumOf(state, peers, launch);
  const chance = chanceOfStreak(streak.length, { succeeded: good, failed: bad });
  if (bad >= inRow && chance > ordinary) return null;
  const trials = streak.slice(-mostLooked).flatMap((id) => state.ledger.trials.get(id) ?? []);
  const open: Trial[] = [];
  let blamed = 0;
  for (const trial of trials)
    if (hasResult(trial.status)) blamed += 1;
    else if (mayTell(state, host, launch, trial, peers)) open.push(trial);
  if (blamed + open.length < leastDoubted) return null;
  const level = levelOf(state.fleet.size, succeeded + failed);
  const isGuilty = blamed >= leastBlamed && chance <= level;
  return { launch, streak: trials, blamed, open, verdict: isGuilty ? 'guilty' : 'undecided' };
}

/** Hosts in good standing that can take such a trial now. */
const peersOf = (state: CoordinatorState, host: FleetHost, launch: string): FleetHost[] =>
  [...state.fleet.values()].filter(
    (other) => other !== host && canTake(state, other, launch) && isInGoodStanding(state, other, launch),
  );

function sumOf(state: CoordinatorState, peers: readonly FleetHost[], launch: string): Peers {
  const standings = peers.flatMap(({ name }) => state.ledger.hosts.get(name)?.standings.get(launch) ?? []);
  return {
    succeeded: standings.reduce((sum, { succeeded }) => sum + succeeded, 0),
    failed: standings.reduce((sum, { failed }) => sum + failed, 0),
  };
}

const canTake = (state: CoordinatorState, host: FleetHost, launch: string): boolean =>
  isWanted(state, host) &&
  host.link.kind === 'ready' &&
  host.link.stuck === null &&
  host.link.launches.get(launch)?.kind === 'ready';

const isInGoodStanding = (
  { ledger }: CoordinatorState,
  { name }: { name: FleetHost['name'] },
  launch: string,
) => (ledger.hosts.get(name)?.standings.get(launch)?.streak.length ?? 0) < inRow;

/**
 * Whether how a trial ends elsewhere will tell whose fault it was. What has failed on a host that works is at fault
 * itself; of two broken hosts neither speaks for the other.
 */
function mayTell(
  state: CoordinatorState,
  host: FleetHost,
  launch: string,
  trial: Trial,
  peers: readonly FleetHost[],
): boolean {
  if (trial.status.kind === 'failed' && host.doubt.witnesses.has(trial.id)) return false;
  const failedOn = failuresElsewhere(state, host, trial);
  if (failedOn.some((name) => isInGoodStanding(state, { name }, launch))) return false;
  return peers.some((peer) => misfit(state.ledger, trial.point, peer) === null);
}

/** The other hosts on which a trial has failed, once for each time. */
export const failuresElsewhere = (
  { ledger }: CoordinatorState,
  { name }: FleetHost,
  { attempts }: Trial,
): FleetHost['name'][] =>
  attempts.flatMap((id) => {
    const attempt = ledger.attempts.get(id);
    const isFailure =
      attempt?.status.kind === 'ended' && chargedTo[attempt.status.end.outcome.kind] === 'trial';
    return isFailure && attempt.host !== name ? [attempt.host] : [];
  });
