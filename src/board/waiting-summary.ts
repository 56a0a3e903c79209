/** P6 for a whole ledger: what waits for what, and which devices have nothing to do. Pure. */
import { withRemedy } from '../model/refusal/gpu-remedy.ts';
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { HostRecord, LedgerState, Sweep } from '../ledger/state.ts';
import { type Refusal, refusalText } from '../model/refusal/refusal.ts';
import { isAskedFor, notAskedOf, notAskedPartText, notAskedSweepText } from './asked.ts';
import { gpusOf, refusalTextOf } from './devices.ts';
import { heldFreeText } from './others.ts';
import { notOpenText, refusalOfState } from './waiting.ts';

export interface WaitingSummary {
  /** Trials that wait for one reason, the largest group first. */
  readonly groups: readonly { readonly trials: number; readonly where: string; readonly because: string }[];
  /** GPUs that run nothing, by UUID and the driver's number; hosts that have none, or are not ready, as a whole. */
  readonly idle: readonly IdleDevice[];
}

export interface IdleDevice {
  readonly host: string;
  readonly device: string | null;
  readonly index: number | null;
  readonly because: string;
}

type LiveHost = LiveFigures['hosts'][number];

/** @param live null where no coordinator runs */
export function whyAll(state: LedgerState, live: LiveFigures | null): WaitingSummary {
  const groups = [
    ...[...state.sweeps.values()].flatMap((sweep) => queuedGroups(sweep, live)),
    ...[...state.hosts.values()].flatMap((host) => backlogGroup(state, host, live) ?? []),
  ];
  return {
    groups: groups.sort((a, b) => b.trials - a.trials),
    idle: live === null ? [] : live.hosts.flatMap((host) => idleOf(state, host, live)),
  };
}

function idleOf(state: LedgerState, host: LiveHost, live: LiveFigures): readonly IdleDevice[] {
  const gpus = host.state === 'ready' ? gpusOf(host) : [];
  // It may run those of other state folders.
  if (gpus.length === 0)
    return host.running.length > 0 || host.others.some(({ running }) => running > 0)
      ? []
      : [{ host: host.name, device: null, index: null, because: idleText(state, host, live) }];
  const busy = new Set(host.running.map(({ device }) => device));
  return gpus
    .filter(({ facts, figures }) => !busy.has(facts.uuid) && (figures?.running ?? 0) === 0)
    .map(({ facts: { uuid, index } }) => ({
      host: host.name,
      device: uuid,
      index,
      because: refusalTextOf(host, uuid) ?? idleText(state, host, live),
    }));
}

/** What is amiss with hosts that are used all the same. */
export const notesOf = (live: LiveFigures | null): readonly { host: string; because: string }[] =>
  (live?.hosts ?? [])
    .filter(({ state }) => state === 'ready')
    .flatMap(({ name, because, facts }) => {
      const problem = facts?.gpuProblem ?? null;
      const ofGpus = problem === null ? [] : [{ host: name, because: withRemedy(problem) }];
      return because === null ? ofGpus : [{ host: name, because }, ...ofGpus];
    });

type Group = WaitingSummary['groups'][number];

/** What was asked for waits for hosts, the rest for somebody who asks. */
function queuedGroups(sweep: Sweep, live: LiveFigures | null): Group[] {
  const left = notAskedOf(sweep, live);
  const groups: Group[] = [
    { trials: sweep.counts.queued - left, where: sweep.name, because: queuedText(sweep, live) },
    { trials: left, where: sweep.name, because: notAskedPartText(sweep) },
  ];
  return groups.filter(({ trials }) => trials > 0);
}

function queuedText(sweep: Sweep, live: LiveFigures | null): string {
  if (sweep.status.kind !== 'open') return notOpenText(sweep);
  if (live === null) return `no coordinator runs; \`labsweep resume ${sweep.name}\` starts one`;
  if (!isAskedFor(sweep, live)) return notAskedSweepText(sweep);
  const isReady = ({ name }: { readonly name: string }): boolean =>
    live.hosts.some((host) => host.name === name && host.state === 'ready');
  const atOnce = waitsIn(live, sweep)
    .flatMap(({ hosts }) => hosts)
    .find(({ refusal }) => refusal?.kind === 'concurrent')?.refusal;
  if (atOnce?.kind === 'concurrent') return `the sweep allows ${atOnce.limit} at once`;
  const said = live.hosts.map((host) => ({ name: host.name, refusal: refusalOfAll(live, sweep, host) }));
  const ready = said.filter(isReady);
  return ready.length > 0 ? fillText(ready) : `no host is ready: ${said.flatMap(hostText).join('; ')}`;
}

interface Said {
  readonly name: string;
  readonly refusal: Refusal | null;
}

const hostText = ({ name, refusal }: Said): string[] =>
  refusal === null ? [] : [`${name}: ${refusalText(refusal)}`];

/**
 * Why a host takes none of the trials of a sweep that wait, as the coordinator says; null where it takes some of them, as
 * soon as it has room.
 */
function refusalOfAll(live: LiveFigures, sweep: Sweep, host: LiveHost): Refusal | null {
  const refusals = waitsIn(live, sweep).flatMap(({ hosts }) =>
    hosts.filter((one) => one.host === host.name).map(({ refusal }) => refusal),
  );
  if (refusals.length === 0) return host.state === 'ready' ? null : refusalOfState(host);
  if (refusals.some((refusal) => refusal === null || refusal.kind === 'queue')) return null;
  // What single trials have against a host says nothing of the rest.
  return refusals.find((refusal) => refusal !== null && !ofOneTrial.has(refusal.kind)) ?? refusals[0] ?? null;
}

const ofOneTrial: ReadonlySet<Refusal['kind']> = new Set(['failed-there', 'went-down']);

const waitsIn = (live: LiveFigures, sweep: Sweep): LiveFigures['sweeps'][number]['waits'] =>
  live.sweeps.find((one) => one.sweep === sweep.name)?.waits ?? [];

/** Of hosts that are ready: those that take what waits have enough of it, the others take none. */
function fillText(ready: readonly Said[]): string {
  const full = ready.filter(({ refusal }) => refusal === null);
  const others = ready.flatMap(hostText);
  const fill =
    full.length === 1
      ? `${full[0]?.name} has its fill`
      : `the ${full.length} hosts that are ready have their fill`;
  return [...(full.length === 0 ? ['no host that is ready takes them'] : [fill]), ...others].join('; ');
}

function backlogGroup(
  state: LedgerState,
  { name, open }: HostRecord,
  live: LiveFigures | null,
): Group | null {
  const trials = [...open].filter((id) => state.attempts.get(id)?.status.kind === 'leased').length;
  if (trials === 0) return null;
  const host = live?.hosts.find((one) => one.name === name);
  return { trials, where: `the backlog of ${name}`, because: backlogText(host, live) };
}

function backlogText(host: LiveHost | undefined, live: LiveFigures | null): string {
  if (live === null) return 'the host works through them without a coordinator too';
  if (host === undefined) return 'the host is in the inventory no more';
  if (host.state !== 'ready')
    return `the host is ${host.state}${host.because === null ? '' : `: ${host.because}`}`;
  const [refusal] = host.holds.flatMap(({ refusals }) => refusals);
  return refusal === undefined ? 'they start as room comes' : `the first of them: ${refusalText(refusal)}`;
}

/** A host that runs nothing while something waits is what a person asks about. */
function idleText(state: LedgerState, host: LiveHost, live: LiveFigures): string {
  if (host.state !== 'ready') return `${host.state}${host.because === null ? '' : `: ${host.because}`}`;
  const [refusal] = host.holds.flatMap(({ refusals }) => refusals);
  if (refusal !== undefined) return refusalText(refusal);
  const held = heldFreeText(host);
  if (held !== null) return held;
  if (host.backlog > 0) return 'about to start what it was leased';
  const waiting = [...state.sweeps.values()].filter(
    (sweep) =>
      sweep.status.kind === 'open' &&
      isAskedFor(sweep, live) &&
      sweep.counts.queued > notAskedOf(sweep, live),
  );
  if (waiting.length === 0) return 'nothing waits';
  const refusals = waiting.map((sweep) => refusalOfAll(live, sweep, host));
  const [refused] = refusals;
  return refused && !refusals.includes(null) ? refusalText(refused) : 'about to be leased something';
}
