/** What there was of a memory for an attempt, as far as it tells why that was not enough. */
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { memoryOf } from '../../model/result/memory-seen.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import type { Shortage } from '../../model/result/shortage.ts';
import { expected } from './expected.ts';
import type { Had, HeldAttempt, Run } from './held-attempt.ts';
import type { WorkerState } from './state.ts';

/** What was in company so lately may have run out because of it: several that grow are killed one after the other. */
const companyMs = 3_000;

/** Asked at each sample, and once more when one of them ends. */
export function noteCompany({ active }: WorkerState, now: number): void {
  if (active.size < 2) return;
  const onDevice = new Map<string, number>();
  for (const { device } of active) onDevice.set(device, (onDevice.get(device) ?? 0) + 1);
  for (const { status, device } of active) {
    if (status.kind !== 'running') continue;
    status.run.besideAt = now;
    if ((onDevice.get(device) ?? 0) > 1) status.run.gpu.besideAt = now;
  }
}

/** Of an attempt that is over, and no longer among the active ones; null before the first sample. */
export function hadAt(state: WorkerState, { device }: HeldAttempt, run: Run, now: number): Had | null {
  const figures = state.figures?.value;
  if (figures === undefined) return null;
  const ours = [...state.active].flatMap((held) =>
    held.status.kind === 'running' ? [{ device: held.device, run: held.status.run }] : [],
  );
  const gpu = figures.gpus.find(({ uuid }) => uuid === device);
  const besideHere = ours.filter((other) => other.device === device);
  const { memoryTotalBytes: totalBytes, memoryAvailableBytes } = figures;
  return {
    host: {
      memory: 'host',
      totalBytes,
      ofGroup: state.facts.memoryOfGroup,
      hadBytes: leftOf(
        totalBytes,
        totalBytes - memoryAvailableBytes,
        run.measuredBytes,
        sum(ours, hostBytes),
      ),
      alone: ours.length === 0 && isLongAgo(run.besideAt, now),
    },
    gpu:
      gpu === undefined
        ? null
        : {
            memory: 'gpu',
            totalBytes: gpu.memoryTotalBytes,
            ofGroup: false,
            hadBytes: leftOf(
              gpu.memoryTotalBytes,
              gpu.memoryUsedBytes,
              run.gpu.measuredBytes,
              sum(besideHere, gpuBytes),
            ),
            alone: besideHere.length === 0 && isLongAgo(run.gpu.besideAt, now),
          },
  };
}

/** What held no more than a small part of a memory was not what filled it. */
const smallShare = 0.05;

export const mayHaveRunOut = (run: Run, { host, gpu }: Had): boolean =>
  (run.peakBytes ?? 0) > host.totalBytes * smallShare ||
  (gpu !== null && (run.gpu.peakBytes ?? 0) > gpu.totalBytes * smallShare);

/** The memory that an end is put down to; null where it is put down to none, or those who left for others' sake. */
export function shortageOf(
  state: WorkerState,
  held: HeldAttempt,
  outcome: Outcome,
  run: Run | null,
  had: Had | null,
): AttemptEnd['shortage'] {
  if (had === null || run === null) return null;
  if (outcome.kind === 'oom') return memoryOf(outcome, held.device) === 'host' ? had.host : had.gpu;
  if (outcome.kind !== 'evicted') return null;
  const { hostMemoryBytes, gpuMemoryBytes } = expected(state, held);
  if (outcome.over === 'memory') return ifMore(had.host, run.peakBytes, hostMemoryBytes);
  return outcome.over === 'gpu-memory' ? ifMore(had.gpu, run.gpu.peakBytes, gpuMemoryBytes) : null;
}

/** Who leaves while it keeps to what was expected of it makes way for somebody who does not. */
const ifMore = (
  shortage: Shortage | null,
  peakBytes: number | null,
  expectedBytes: number | null,
): Shortage | null => (shortage?.alone === true || (peakBytes ?? 0) > (expectedBytes ?? 0) ? shortage : null);

/** All but what others have, whoever they are. */
const leftOf = (totalBytes: number, usedBytes: number, ownBytes: number | null, oursBytes: number): number =>
  totalBytes - oursBytes - Math.max(0, usedBytes - (ownBytes ?? 0) - oursBytes);

const isLongAgo = (besideAt: number | null, now: number): boolean =>
  besideAt === null || now - besideAt > companyMs;

interface Ours {
  readonly run: Run;
}
const hostBytes = ({ run }: Ours): number => run.measuredBytes ?? 0;
const gpuBytes = ({ run }: Ours): number => run.gpu.measuredBytes ?? 0;
const sum = (ours: readonly Ours[], bytesOf: (one: Ours) => number): number =>
  ours.reduce((total, one) => total + bytesOf(one), 0);
