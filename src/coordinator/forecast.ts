/**
 * What would become of a sweep if it ran now, by what the ledger has learned and what is known of the hosts without
 * entering them: the coordinator's own plan, on a state that nobody carries out. Pure.
 */
import type { PointDeclaration } from '../ledger/events.ts';
import type { LedgerState, Sweep } from '../ledger/state.ts';
import type { Eta } from '../model/eta.ts';
import type { HostName, LaunchId, TrialId } from '../model/ids.ts';
import type { Prediction } from '../model/prediction.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { HostFacts, HostFigures } from '../protocol/messages.ts';
import { gpusOf } from '../throttle/room.ts';
import type { Command } from './core/command.ts';
import { predictedFor } from './core/lease.ts';
import { takeUp } from './core/restore.ts';
import type { Declared } from './declaration.ts';
import { eligibility } from './hosts/eligibility.ts';
import { fullFor } from './hosts/backlog.ts';
import { misfit } from './hosts/fit.ts';
import { type FleetHost, type ListedHost, newFleetHost } from './hosts/fleet-host.ts';
import { newConnection } from './hosts/link.ts';
import type { CoordinatorState } from './hosts/state.ts';
import type { Candidate } from './scheduler/berth.ts';
import { sidesOf } from './scheduler/sides.ts';
import { candidatesFor, contendersOf } from './scheduler/contender.ts';
import { outlooksOf } from './scheduler/outlook.ts';
import { type Begun, playOut } from './scheduler/play-out.ts';
import { timesLeft } from './scheduler/time-left.ts';
import { type Obstacle, stranded } from './stranded.ts';
import { transition } from './transition/transition.ts';

export interface KnownHost {
  readonly listed: ListedHost;
  /** As it was seen last; null where it never was. */
  readonly facts: HostFacts | null;
  /** Of this moment; null where nobody hears them. */
  readonly figures: HostFigures | null;
}

export interface Forecast {
  /** Null where nothing of the program has ended, or no host is known that takes it. */
  readonly eta: Eta | null;
  /** In the order in which they were given. */
  readonly hosts: readonly HostForecast[];
  readonly predict: (point: PointDeclaration) => Prediction;
  /** Why a run would end at once, by host; null where it would not. */
  readonly stranded: readonly Obstacle[] | null;
}

export interface HostForecast {
  readonly host: HostName;
  readonly facts: HostFacts | null;
  /** Trials of the sweep that it would take; null where it is not known, or what these need of it. */
  readonly trials: number | null;
  /** Until it would be through with what runs there and these; null where nobody knows how long they take. */
  readonly seconds: number | null;
  /** Why it takes none; null where it may. */
  readonly refusal: Refusal | null;
}

/** A sweep that is asked for, and which of its trials are meant. */
export interface Wish {
  readonly declared: Declared;
  readonly meant: ReadonlySet<TrialId>;
}

/**
 * @param ledger spent
 * @param besides what a coordinator has been asked for already, as it would be (hosts/state.ts)
 * @param now wall clock in ms
 */
export function forecast(
  ledger: LedgerState,
  known: readonly KnownHost[],
  { declared, meant }: Wish,
  besides: CoordinatorState['asked'],
  now: number,
): Forecast {
  const { launch } = declared.declaration;
  const launches = new Set([launch, ...[...ledger.sweeps.values()].map((one) => one.declaration.launch)]);
  const restored = takeUp(
    ledger,
    known.map((host) => fleetHost(host, launches)),
    new Map(),
  );
  for (const [other, trials] of besides) restored.asked.set(other, trials);
  const command: Command = {
    kind: 'run',
    declaration: declared.declaration,
    points: [...declared.points],
  };
  const [state] = transition(restored, { kind: 'asked', by: 0, command }, now);
  const name = declared.declaration.sweep;
  state.asked.set(name, meant);
  const sweep = state.ledger.sweeps.get(name);
  if (sweep === undefined) throw new Error(`${name} was declared and is not there`);
  const outlooks = outlooksOf(state, now);
  const outlook = outlooks(launch);
  const sides = sidesOf(state, outlooks, now);
  const meanSlowness = slownessOf(candidatesFor(state, sweep, sides, outlooks, now));
  const contenders = contendersOf(state, outlooks, now);
  const running = contenders.find((one) => one.sweep === sweep)?.running ?? [];
  const begun = playOut(state, contenders).get(name)?.begun ?? new Map<HostName, Begun>();
  return {
    eta: timesLeft(state, now).get(name) ?? null,
    hosts: known.map(({ listed: { name: host }, facts }) => {
      const refusal = refusalOf(state, sweep, host);
      const isKnown = facts !== null && refusal?.kind !== 'preparing';
      const ends = running.flatMap(({ attempt, seconds }) => (attempt.host === host ? seconds : []));
      return {
        host,
        facts,
        trials: isKnown ? (begun.get(host)?.trials ?? 0) : null,
        seconds: outlook.isSeen && isKnown ? Math.max(begun.get(host)?.seconds ?? 0, ...ends) : null,
        refusal,
      };
    }),
    stranded: stranded(state, sweep, meant),
    predict: (point) => ({
      seconds: outlook.isSeen ? outlook.of(point).seconds * meanSlowness : null,
      ...memoryOf(state, launch, point, known),
    }),
  };
}

function fleetHost({ listed, facts, figures }: KnownHost, launches: Iterable<LaunchId>): FleetHost {
  const host = newFleetHost(listed);
  if (facts === null) return host;
  const connection = newConnection(facts, null, 0);
  for (const launch of launches) connection.launches.set(launch, { kind: 'ready', note: null });
  host.link = { kind: 'ready', ...connection, figures, holds: [], others: [] };
  return host;
}

/** Of the places of all together: of two of which one is twice as fast, that one has two trials of three. */
function slownessOf(candidates: readonly Candidate[]): number {
  const places = candidates.reduce((sum, { lane }) => sum + lane.parallel, 0);
  const speed = candidates.reduce((sum, { lane }) => sum + lane.parallel / lane.slowness, 0);
  return speed === 0 ? 1 : places / speed;
}

function refusalOf(state: CoordinatorState, sweep: Sweep, name: HostName): Refusal | null {
  const host = state.fleet.get(name);
  if (host === undefined) return null;
  const answer = eligibility(state, sweep, host);
  if (answer.kind === 'refused') return answer.refusal;
  const refusals = sweep.points.map(
    (point) => misfit(state.ledger, point, host) ?? fullFor(point.resources, host),
  );
  return refusals.every((refusal) => refusal !== null) ? (refusals[0] ?? null) : null;
}

/** The most of what it would take on any of the hosts; of a GPU only where one would be taken. */
function memoryOf(
  state: CoordinatorState,
  launch: LaunchId,
  point: PointDeclaration,
  known: readonly KnownHost[],
): Pick<Prediction, 'gpuMemoryBytes' | 'hostMemoryBytes'> {
  const predicted = known.map(({ listed: { name: host } }) => predictedFor(state, { launch, host }, point));
  const most = (of: 'gpuMemoryBytes' | 'hostMemoryBytes'): number | null =>
    predicted.reduce<number | null>(
      (largest, one) => (one[of] === null ? largest : Math.max(largest ?? 0, one[of])),
      null,
    );
  const takesOne = known.some(({ facts }) =>
    facts === null ? point.resources.gpus !== 0 : gpusOf(point.resources, facts) === 1,
  );
  return {
    gpuMemoryBytes: takesOne ? most('gpuMemoryBytes') : null,
    hostMemoryBytes: most('hostMemoryBytes'),
  };
}
