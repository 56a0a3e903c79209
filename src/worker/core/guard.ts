/** The guard's question, put together from what the agent knows: may this attempt start now? */
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { Resources } from '../../model/resources.ts';
import type { GpuFacts, GpuFigures, HostFigures, Lease, Predicted } from '../../protocol/messages.ts';
import { guessMemory } from '../../predict/memory.ts';
import { admit } from '../../throttle/admission.ts';
import type { GpuLoad, HostLoad, OurShare, StartRequest } from '../../throttle/host-load.ts';
import { heldBy, type HostMarks, marksBy } from '../../throttle/host-marks.ts';
import type { Limits } from '../../throttle/limits.ts';
import { unheld } from '../../throttle/marks.ts';
import { spanWatts } from '../../throttle/power.ts';
import { outgrownOn } from '../../throttle/outgrown-host.ts';
import { gpusOf } from '../../throttle/room.ts';
import { mayBeLarge } from '../../throttle/rules.ts';
import { ceilingOf } from './ceiling-now.ts';
import type { MeasuredGpu } from './event.ts';
import { lostMs, meanBusy } from './busy.ts';
import { limitsNow } from './limits-now.ts';
import { knownGpuBytes, knownHostBytes, runningHostPeak } from './memory-known.ts';
import { lastOnes, othersOn, strangersAmong } from './others.ts';
import { headOf } from './queue.ts';
import { refusalOfLaunch } from './preparation.ts';
import { type GpuWatch, type HeldAttempt, type LedgerSide, startOf, type WorkerState } from './state.ts';

export function hostLoad(state: WorkerState, now: number): HostLoad {
  const figures = figuresOf(state, now);
  const limits = limitsNow(state);
  const smallBytes = (figures?.memoryTotalBytes ?? 0) * limits.rampMemoryShare;
  const figuresAgeMs = state.figures === null ? Number.MAX_SAFE_INTEGER : Math.max(0, now - state.figures.at);
  return {
    mode: { kind: 'open' },
    cpus: state.facts.cpus,
    gpus: state.facts.gpus?.map((gpu) => gpuLoad(state, gpu, figures, figuresAgeMs)) ?? null,
    gpuProblem: state.facts.gpuProblem,
    gpusBroken: state.facts.gpusBroken,
    user: state.facts.user,
    figures,
    figuresAgeMs,
    figuresProblem: state.figuresProblem,
    held: heldBy(marksNow(state, figures, limits, now)),
    limits,
    ceiling: ceilingOf(state),
    ours: [...state.active].map((held) => shareOf(state, held, smallBytes)),
    claims: state.claims.others,
    untold: state.claims.untold,
    left: [...state.claims.left.values()],
  };
}

/** Limits come with a connection and leave with it, between two looks. */
const marksNow = (
  { marks, facts: { cpus } }: WorkerState,
  figures: HostFigures | null,
  limits: Limits,
  now: number,
): HostMarks | null =>
  marks === null || figures === null ? marks : marksBy(marks, figures, { cpus, limits, now });

function gpuLoad(
  state: WorkerState,
  { uuid, index, memoryBytes }: GpuFacts,
  figures: HostFigures | null,
  ageMs: number,
): GpuLoad {
  const known = figures?.gpus.find((gpu) => gpu.uuid === uuid) ?? null;
  return {
    uuid,
    index,
    memoryBytes,
    figures: known,
    figuresAgeMs: ageMs + (known?.ageMs ?? 0),
    ...(state.gpus.get(uuid) ?? newGpuWatch()),
  };
}

export const newGpuWatch = (): GpuWatch => ({
  held: unheld,
  idleWatts: null,
  othersSince: null,
  relievedAt: Number.NEGATIVE_INFINITY,
});

/** The host's figures with what the agent knows best itself; null before the first sample. */
export function figuresOf(state: WorkerState, now: number): HostFigures | null {
  if (state.figures === null) return null;
  let cpusTaken = 0;
  for (const { lease } of state.active) cpusTaken += lease.resources.cpus;
  const { gpus: measured, ...host } = state.figures.value;
  const limits = limitsNow(state);
  const gpus = measured.map((gpu) => gpuFiguresOf(state, gpu, limits));
  return {
    ...host,
    room: null,
    cpusTaken,
    running: state.active.size,
    ceiling: ceilingOf(state),
    still: [...state.active].flatMap((held) => stillOf(held, now)),
    lastOnes: lastOnes(state, limits, gpus, host.hold),
    lost: [...state.active].flatMap(lostBy),
    gpus,
  };
}

function gpuFiguresOf(state: WorkerState, gpu: MeasuredGpu, limits: Limits): GpuFigures {
  const others = othersOn(state, gpu, limits);
  const { listsProcesses: _, ...measured } = gpu;
  return {
    ...measured,
    othersProcesses: gpu.others.length,
    strangers: strangersAmong(others),
    others,
    room: null,
    ...oursOnGpu(state, gpu.uuid),
  };
}

function stillOf({ lease, status }: HeldAttempt, now: number): HostFigures['still'] {
  const suspended = status.kind === 'running' ? status.run.suspended : null;
  if (suspended === null) return [];
  return [{ attempt: lease.attempt, ms: now - suspended.since, because: suspended.because }];
}

function lostBy({ lease, status }: HeldAttempt): HostFigures['lost'] {
  const ms = status.kind === 'running' ? lostMs(status.run) : 0;
  return ms > 0 ? [{ attempt: lease.attempt, ms }] : [];
}

function oursOnGpu(state: WorkerState, uuid: string): Pick<GpuFigures, 'running' | 'oursBytes'> {
  let running = 0;
  let oursBytes = 0;
  for (const { device, status } of state.active) {
    if (device !== uuid) continue;
    running += 1;
    oursBytes += status.kind === 'running' ? (status.run.gpu.measuredBytes ?? 0) : 0;
  }
  return { running, oursBytes };
}

/** Everything that keeps an attempt of the backlog from starting now. */
export function refusalsOf(
  state: WorkerState,
  held: HeldAttempt,
  host: HostLoad,
  now: number,
): readonly Refusal[] {
  const { lease } = held;
  const unprepared = refusalOfLaunch(state, held);
  if (unprepared !== null) return [unprepared];
  for (const other of state.active)
    if (other.lease.trial === lease.trial)
      return [{ kind: 'preparing', what: `attempt ${other.lease.attempt} of the same trial still runs` }];
  for (const other of state.suspects)
    if (other.lease.shape === lease.shape)
      return [
        { kind: 'preparing', what: `it is read how attempt ${other.lease.attempt} of its shape ended` },
      ];
  if (now < state.setbacks.until) return [{ kind: 'quarantined', because: state.setbacks.because }];
  const outgrown = outgrownOn(state.outgrown, lease, state.facts);
  if (outgrown !== null) return [outgrown];
  return admit(requestOf(state, held), host);
}

/** Why the head of a ledger's queue waits; empty where nothing does. */
export function holdsOf(
  state: WorkerState,
  side: LedgerSide,
  now: number,
): { attempt: string; refusals: Refusal[] }[] {
  const head = headOf(state, side);
  const held = head === null ? undefined : state.attempts.get(head);
  if (held === undefined) return [];
  const refusals = refusalsOf(state, held, hostLoad(state, now), now);
  return [
    {
      attempt: held.lease.attempt,
      refusals: refusals.length > 0 ? [...refusals] : [{ kind: 'queue', ahead: 1 }],
    },
  ];
}

/**
 * What an attempt is expected to take at its peak: by what its like took here and elsewhere, else as declared. A command
 * that says nothing of its memory is taken to need what its like took here; the first of them is on the ramp guard.
 */
export function expected(state: WorkerState, held: HeldAttempt): Resources {
  const { lease } = held;
  const { resources, launch } = lease;
  const predicted = predictedOf(state, held);
  const gpus = gpusOf(resources, state.facts);
  const { gpuMemoryBytes: ofGpu, hostMemoryBytes: ofHost } = resources;
  const hostBytes = knownHostBytes(state, lease, predicted);
  const gpuBytes = knownGpuBytes(state, lease, predicted);
  return {
    ...resources,
    hostMemoryBytes: atMost(
      hostBytes ?? guessMemory(state.memories.host, launch, runningHostPeak(state, launch)),
      ofHost,
      state.facts.memoryBytes,
    ),
    gpus,
    gpuMemoryBytes:
      gpus === 0 ? null : atMost(gpuBytes ?? gpuPeakOf(state, launch), ofGpu, largestGpu(state.facts)),
  };
}

/** What is declared to fit is let in where it is alone, whatever is feared of it: a prediction may err. */
const aloneShare = 0.85;

function atMost(bytes: number | null, declared: number | null, totalBytes: number): number | null {
  const most = totalBytes * aloneShare;
  return bytes === null || (declared ?? 0) > most ? bytes : Math.min(bytes, most);
}

const largestGpu = ({ gpus }: WorkerState['facts']): number =>
  Math.max(0, ...(gpus ?? []).map(({ memoryBytes }) => memoryBytes));

/** The most that a trial of a launch took of a GPU here, of those that still run as well; null before the first. */
function gpuPeakOf(state: WorkerState, launch: string): number | null {
  let peak = state.launchGpuPeaks.get(launch) ?? null;
  for (const { lease, status } of state.active) {
    const bytes = status.kind === 'running' && lease.launch === launch ? status.run.gpu.peakBytes : null;
    if (bytes !== null) peak = Math.max(peak ?? 0, bytes);
  }
  return peak;
}

export function requestOf(state: WorkerState, held: HeldAttempt): StartRequest {
  const { shape, launch, resources } = held.lease;
  const unsaid = resources.hostMemoryBytes === null;
  return {
    resources: expected(state, held),
    declaredHostBytes: resources.hostMemoryBytes,
    shapeObserved: state.observedShapes.has(shape) || (unsaid && state.launchPeaks.has(launch)),
    gpuObserved: state.observedShapes.has(shape) || isBorneOut(state, held),
    draw: drawOf(state, held),
    isKnown: isKnown(state, held),
    busy: busyOf(state, held),
    alone: held.lease.alone,
  };
}

/** What the lab has said of it last. */
const predictedOf = ({ ledgers }: WorkerState, { ledger, lease }: HeldAttempt): Predicted =>
  ledgers.get(ledger)?.expected.get(lease.shape)?.predicted ?? lease.predicted;

const isKnown = (state: WorkerState, held: HeldAttempt): boolean =>
  state.launchPeaks.has(held.lease.launch) ||
  predictedOf(state, held).gpuBusy !== null ||
  keepsToWord(state, held.lease);

/** Whether its sweep says what it takes of a GPU, and what runs of it here has come to rest within that. */
function keepsToWord({ active }: WorkerState, { launch, resources }: Lease): boolean {
  if (resources.gpuMemoryBytes === null) return false;
  const runs = [...active].flatMap(({ lease, status }) =>
    lease.launch === launch && status.kind === 'running'
      ? [{ gpu: status.run.gpu, declaredBytes: lease.resources.gpuMemoryBytes ?? 0 }]
      : [],
  );
  return (
    runs.some(({ gpu }) => gpu.settled) &&
    runs.every(({ gpu, declaredBytes }) => (gpu.peakBytes ?? 0) <= declaredBytes)
  );
}

/** What it was seen to keep busy itself, else what its like does. */
export function busyOf(state: WorkerState, held: HeldAttempt): number | null {
  const own = held.status.kind === 'running' ? meanBusy(held.status.run) : null;
  return own ?? state.busies.get(held.lease.shape) ?? predictedOf(state, held).gpuBusy;
}

/** What its like drew of a GPU here; all of it before that was seen. */
const drawOf = ({ draws, launchDraws }: WorkerState, { lease: { shape, launch } }: HeldAttempt): number =>
  draws.get(shape) ?? launchDraws.get(launch) ?? 1;

/** Whether what a sweep says of a GPU's memory, if it does, was enough for all of its like that ended here. */
function isBorneOut({ launchGpuPeaks }: WorkerState, { lease: { launch, resources } }: HeldAttempt): boolean {
  const peak = launchGpuPeaks.get(launch);
  return peak !== undefined && peak <= (resources.gpuMemoryBytes ?? Number.POSITIVE_INFINITY);
}

function shareOf(state: WorkerState, held: HeldAttempt, smallBytes: number): OurShare {
  const run = held.status.kind === 'running' ? held.status.run : null;
  const request = requestOf(state, held);
  return {
    attempt: held.lease.attempt,
    resources: request.resources,
    measuredBytes: run?.measuredBytes ?? null,
    isGuessed: knownHostBytes(state, held.lease, predictedOf(state, held)) === null,
    ramping: run?.settled !== true && mayBeLarge(request, smallBytes),
    device: held.device,
    gpuMeasuredBytes: run?.gpu.measuredBytes ?? null,
    gpuRamping: run?.gpu.settled !== true && !request.gpuObserved,
    alone: held.lease.alone,
    startedAt: held.status.kind === 'waiting' || held.status.kind === 'ended' ? 0 : startOf(held.status),
    watts: wattsOf(state, held),
    hasShownPower: run?.gpu.hasShownPower === true,
    isKnown: request.isKnown,
    busy: request.busy,
    hasCheckpoint: run?.hasCheckpoint === true,
    suspended: run?.suspended ?? null,
    isEnding: held.stopping !== null,
  };
}

/** What it draws of its GPU on top of what that takes idle: as seen, or as expected. */
export function wattsOf(state: WorkerState, held: HeldAttempt): number {
  const figures = state.figures?.value.gpus.find(({ uuid }) => uuid === held.device);
  if (figures === undefined) return 0;
  const idleWatts = state.gpus.get(held.device)?.idleWatts ?? null;
  const run = held.status.kind === 'running' ? held.status.run : null;
  return (run?.gpu.draw ?? drawOf(state, held)) * (spanWatts({ figures, idleWatts }) ?? 0);
}
