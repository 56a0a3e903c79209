/** A running attempt under the eyes of the agent: what it takes, whether it lives, how long it may. */
import { settledShare, untouchedMs } from '../../throttle/limits.ts';
import { hostMarksAfter } from '../../throttle/host-marks.ts';
import { heldAfter } from '../../throttle/marks.ts';
import { measurePower, noteMoment } from './bearing.ts';
import { busyOf } from './expected.ts';
import { concludeDoubted } from './finish.ts';
import { countShared, measureBusy } from './busy.ts';
import { newGpuWatch } from './gpu-watch.ts';
import { type HeldAttempt, type Run, startOf } from './held-attempt.ts';
import { othersOn, strangersAmong } from './others.ts';
import { relieveHost } from './relief.ts';
import type { MeasuredFigures, MeasuredGpu, MeasuredShare } from './event.ts';
import type { Offsets } from './journal-record.ts';
import { type Batch, keep, thin } from './kept-lines.ts';
import { limitsNow } from './limits-now.ts';
import { noteCompany } from './shortage.ts';
import type { WorkerState } from './state.ts';
import { killIfDue, stop } from './stop.ts';
import { sendLines, startsDueAt, tellFacts, tellFigures } from './tell.ts';
import type { WorkerTurn } from './turn.ts';
import { countUse } from './use.ts';

export function sampled(turn: WorkerTurn, figures: MeasuredFigures, shares: readonly MeasuredShare[]): void {
  const { state, now } = turn;
  const lastMs = state.figures === null ? Number.POSITIVE_INFINITY : now - state.figures.at;
  // Of a longer time it was counted already that it counts for nothing (stopped.ts).
  const sinceMs = state.figures === null ? 0 : Math.min(Math.max(0, lastMs), longestSampleMs);
  state.figures = { at: now, value: figures };
  state.figuresProblem = null;
  const { memoryTotalBytes: memoryBytes, memoryOfGroup } = figures;
  if (memoryBytes !== state.facts.memoryBytes || memoryOfGroup !== state.facts.memoryOfGroup) {
    // What an administrator allows may change, and so does the memory of a virtual machine.
    state.facts = { ...state.facts, memoryBytes, memoryOfGroup };
    tellFacts(turn);
  }
  const limits = limitsNow(state);
  const marksBefore = lastMs > longestSampleMs ? null : state.marks;
  state.marks = hostMarksAfter(marksBefore, figures, { cpus: state.facts.cpus, limits, now });
  for (const gpu of figures.gpus) {
    const watch = state.gpus.get(gpu.uuid) ?? newGpuWatch();
    watch.held = heldAfter(watch.held, gpu, limits);
    watch.othersSince = strangersAmong(othersOn(state, gpu, limits)) > 0 ? (watch.othersSince ?? now) : null;
    const { powerWatts } = gpu;
    if (powerWatts !== null) watch.idleWatts = Math.min(watch.idleWatts ?? powerWatts, powerWatts);
    state.gpus.set(gpu.uuid, watch);
  }
  for (const share of shares) {
    const held = state.attempts.get(share.attempt);
    if (held?.status.kind !== 'running') continue;
    const { run } = held.status;
    if (run.process.startTime === null && share.startTime !== null)
      turn.record({ kind: 'identified', attempt: held.lease.attempt, startTime: share.startTime });
    measure(run, share, sinceMs, now);
    const gpu = figures.gpus.find(({ uuid }) => uuid === held.device);
    if (gpu !== undefined) {
      measureGpu(run, share, gpu, now);
      measurePower(turn, held, run, gpu);
      measureBusy(turn, held, run, gpu);
    }
    stopIfStalled(turn, held, run);
  }
  noteCompany(state, now);
  countShared(state, (held) => busyOf(state, held), sinceMs);
  countUse(turn, sinceMs);
  noteMoment(turn, sinceMs);
  relieveHost(turn);
  tellFigures(turn);
}

/** What runs goes on; by old figures nothing starts, and whoever waits is told why. */
export function notSampled(turn: WorkerTurn, because: string): void {
  turn.state.figuresProblem = because;
  tellFigures(turn);
}

function measure(run: Run, share: MeasuredShare, sinceMs: number, now: number): void {
  const before = run.measuredBytes;
  run.settled ||= before !== null && Math.abs(share.memoryBytes - before) <= before * settledShare;
  run.measuredBytes = share.memoryBytes;
  run.peakBytes = Math.max(run.peakBytes ?? 0, share.memoryBytes);
  if (share.suspended) {
    run.suspendedMs += sinceMs;
    run.lifeAt += sinceMs;
  } else if (run.cpuMs !== share.cpuMs) run.lifeAt = now;
  run.cpuMs = share.cpuMs;
  run.hasCheckpoint = share.hasCheckpoint;
}

/** Between two samples of an agent that runs. */
const longestSampleMs = 6_000;

/** Steps of agreement that settle a GPU's memory: the driver tells once a second, so two looks may see one word of it. */
const steadyEnough = 2;

function measureGpu({ gpu, startedAt }: Run, share: MeasuredShare, figures: MeasuredGpu, now: number): void {
  gpu.baselineBytes ??= figures.memoryUsedBytes;
  const isListed = share.gpuMemoryBytes > 0 || figures.listsProcesses;
  // The driver's list names a process for a moment longer than it lives, but one alone holds no more than all do.
  const bytes = isListed
    ? Math.min(share.gpuMemoryBytes, figures.memoryUsedBytes)
    : Math.max(0, figures.memoryUsedBytes - gpu.baselineBytes);
  const before = gpu.measuredBytes ?? 0;
  const agrees = bytes > 0 && Math.abs(bytes - before) <= before * settledShare;
  gpu.steady = agrees ? gpu.steady + 1 : 0;
  gpu.settled ||= gpu.steady >= steadyEnough || (bytes === 0 && now - startedAt >= untouchedMs);
  gpu.measuredBytes = bytes;
  gpu.peakBytes = Math.max(gpu.peakBytes ?? 0, bytes);
}

/** Asked only at a sample: without one, nobody knows whether the trial computes. */
function stopIfStalled(turn: WorkerTurn, held: HeldAttempt, run: Run): void {
  const limitMs = turn.state.launches.get(held.lease.launch)?.stallAfterMs ?? null;
  const stillMs = turn.now - run.lifeAt;
  if (limitMs !== null && stillMs >= limitMs) stop(turn, held, { kind: 'stalled', afterMs: limitMs });
}

export function linesRead(turn: WorkerTurn, held: HeldAttempt, batch: Batch, offsets: Offsets): void {
  const { lease, status, kept } = held;
  const objective = turn.state.launches.get(lease.launch)?.objective;
  if (objective === undefined || (batch.lines.length === 0 && batch.standing === null)) return;
  if (status.kind === 'running') status.run.lifeAt = turn.now;
  else if (status.kind !== 'finishing') return;
  const untilAt = status.kind === 'running' ? turn.now : status.endedAt;
  const thinned = thin(kept, batch, objective, untilAt - startOf(status));
  // What only waits to be kept is not journaled: after a crash it is read again from where the last kept line ended.
  if (thinned.lines.length === 0 && thinned.standing === null) {
    keep(kept, { ...thinned, read: 0 }, objective, offsets);
    kept.unwritten = thinned.read ?? 0;
    return;
  }
  turn.record({ kind: 'lines', attempt: lease.attempt, ...thinned, offsets });
  sendLines(turn, held);
}

/** Timeouts, graces and doubts that are over. */
export function endWhatIsDue(turn: WorkerTurn): void {
  concludeDoubted(turn);
  for (const held of turn.state.active) {
    const limitMs = timeoutOf(turn.state, held);
    const due = timeoutAt(turn.state, held);
    if (due !== null && limitMs !== null && turn.now >= due)
      stop(turn, held, { kind: 'timeout', afterMs: limitMs });
    killIfDue(turn, held);
  }
}

/** When the core wants a `tick` at the latest, on its own clock; null where nothing is due. */
export function nextDeadline(state: WorkerState): number | null {
  let next = startsDueAt(state);
  for (const held of state.active) {
    const due = held.stopping?.killAt ?? timeoutAt(state, held);
    if (due !== null && (next === null || due < next)) next = due;
  }
  for (const { until } of state.doubted.values()) next = Math.min(next ?? until, until);
  return next;
}

function timeoutAt(state: WorkerState, held: HeldAttempt): number | null {
  const limitMs = timeoutOf(state, held);
  if (limitMs === null || held.status.kind !== 'running' || held.stopping !== null) return null;
  const { startedAt, suspendedMs } = held.status.run;
  return startedAt + suspendedMs + limitMs;
}

const timeoutOf = (state: WorkerState, held: HeldAttempt): number | null =>
  state.launches.get(held.lease.launch)?.timeoutMs ?? null;
