/** How busy trials keep their GPUs, and what they lose where several share one. */
import type { MeasuredGpu } from './event.ts';
import type { HeldAttempt, Run } from './held-attempt.ts';
import { limitsNow } from './limits-now.ts';
import { isOursAlone } from './others.ts';
import type { WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';

/** Samples that tell of a trial: utilisation is of one second, and steps are longer than that. */
const tellingSamples = 15;
/** The driver's figure is of the time before: whoever was there then shows in it. */
const staleSamples = 3;
/** What reads its data first leaves its GPU idle: it is looked at from when it computes, or is old enough to. */
const computes = 0.05;
const beginsMs = 60_000;

export const meanBusy = ({ gpu: { busySum, busySamples } }: Run): number | null =>
  busySamples < tellingSamples ? null : Math.min(1, busySum / busySamples);

/** Time that it lost to others on its GPU, and in which it stood still. */
export const lostMs = ({ sharedMs, suspendedMs }: Run): number => sharedMs + suspendedMs;

/** Told where it has its GPU to itself, and has begun. */
export function measureBusy(
  { state, now }: WorkerTurn,
  held: HeldAttempt,
  run: Run,
  figures: MeasuredGpu,
): void {
  const { utilisation } = figures;
  const isLone = [...state.active].every((one) => one === held || one.device !== held.device);
  run.gpu.loneSamples = isLone && isOursAlone(figures, limitsNow(state)) ? run.gpu.loneSamples + 1 : 0;
  if (utilisation === null || run.gpu.loneSamples <= staleSamples) return;
  const hasBegun = run.gpu.busySamples > 0 || utilisation >= computes || now - run.startedAt >= beginsMs;
  if (!hasBegun || run.suspended !== null) return;
  run.gpu.busySum += utilisation;
  run.gpu.busySamples += 1;
  const busy = meanBusy(run);
  if (busy !== null) state.busies.set(held.lease.shape, busy);
}

/** What those on a GPU would keep busy together beyond all of it, each of them loses. */
export function countShared(
  state: WorkerState,
  busyOf: (held: HeldAttempt) => number | null,
  sinceMs: number,
): void {
  const wanted = new Map<string, number>();
  for (const held of state.active)
    if (held.status.kind === 'running' && held.status.run.suspended === null)
      wanted.set(held.device, (wanted.get(held.device) ?? 0) + (busyOf(held) ?? 0));
  for (const { status, device } of state.active) {
    const slowed = Math.max(1, wanted.get(device) ?? 0);
    if (status.kind === 'running' && status.run.suspended === null)
      status.run.sharedMs += sinceMs * (1 - 1 / slowed);
  }
}
