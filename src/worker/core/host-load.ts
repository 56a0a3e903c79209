/** What this host carries, put together from what the agent knows: for its rules, and as it is told. */
import type { GpuFacts, GpuFigures, HostFigures } from '../../protocol/messages.ts';
import type { GpuLoad, HostLoad, OurShare } from '../../throttle/host-load.ts';
import { heldBy, type HostMarks, marksBy } from '../../throttle/host-marks.ts';
import type { Limits } from '../../throttle/limits.ts';
import { spanWatts } from '../../throttle/power.ts';
import { mayBeLarge } from '../../throttle/rules.ts';
import { ceilingOf } from './ceiling-now.ts';
import type { MeasuredGpu } from './event.ts';
import { lostMs } from './busy.ts';
import { drawOf, predictedOf, requestOf } from './expected.ts';
import { newGpuWatch } from './gpu-watch.ts';
import { type HeldAttempt, startOf } from './held-attempt.ts';
import { limitsNow } from './limits-now.ts';
import { knownHostBytes } from './memory-known.ts';
import { lastOnes, othersOn, strangersAmong } from './others.ts';
import type { WorkerState } from './state.ts';

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
    folder: state.facts.folder,
    diskBytes: state.facts.diskBytes,
    memoryOfGroup: state.facts.memoryOfGroup,
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
  { uuid, index, memoryBytes, problem }: GpuFacts,
  figures: HostFigures | null,
  ageMs: number,
): GpuLoad {
  const known = figures?.gpus.find((gpu) => gpu.uuid === uuid) ?? null;
  return {
    uuid,
    index,
    memoryBytes,
    problem,
    figures: known,
    figuresAgeMs: ageMs + (known?.ageMs ?? 0),
    ...(state.gpus.get(uuid) ?? newGpuWatch()),
  };
}

/** The host's figures with what the agent knows best itself; null before the first sample. */
export function figuresOf(state: WorkerState, now: number): HostFigures | null {
  if (state.figures === null) return null;
  let cpusTaken = 0;
  for (const { lease } of state.active) cpusTaken += lease.resources.cpus;
  const { gpus: measured, memoryOfGroup: _, ...host } = state.figures.value;
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
