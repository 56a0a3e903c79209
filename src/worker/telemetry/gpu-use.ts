/** Whose a GPU's processes are. Pure. */
import type { MeasuredFigures, MeasuredGpu, OtherProcess } from '../core/event.ts';
import type { ToldGpu } from './told-gpus.ts';
import type { AppLine } from './nvidia-smi-lines.ts';

/** The attempt that a process belongs to; null: somebody else's; undefined: there is no such process here. */
export type OwnerOf = (pid: number) => string | null | undefined;

/** What is known of a process that is not ours. */
export type OtherOf = (app: AppLine) => OtherProcess;

/** What each attempt holds of GPUs, in bytes, as far as its processes are listed. */
export function bytesByAttempt(apps: readonly AppLine[], ownerOf: OwnerOf): ReadonlyMap<string, number> {
  const bytes = new Map<string, number>();
  for (const app of apps) {
    const attempt = ownerOf(app.pid);
    if (typeof attempt === 'string') bytes.set(attempt, (bytes.get(attempt) ?? 0) + app.bytes);
  }
  return bytes;
}

/** What the processes of one session hold of a GPU, in bytes, as far as they are listed. */
export function gpuBytesOfSession(
  apps: readonly AppLine[],
  sessionOf: (pid: number) => number | null,
  session: number,
  uuid: string,
): number {
  let bytes = 0;
  for (const app of apps) if (app.uuid === uuid && sessionOf(app.pid) === session) bytes += app.bytes;
  return bytes;
}

/** The figures of a host's GPUs. @param host its memory, which some of them work in */
export function measuredGpus(
  told: readonly ToldGpu[],
  apps: readonly AppLine[],
  ownerOf: OwnerOf,
  otherOf: OtherOf,
  host: Pick<MeasuredFigures, 'memoryTotalBytes' | 'memoryAvailableBytes'>,
  now: number,
): MeasuredGpu[] {
  return told.map(({ gpu, at }) => {
    const here = apps.filter(({ uuid }) => uuid === gpu.uuid);
    const owners = here.map(({ pid }) => ownerOf(pid));
    const memory =
      gpu.memory === 'host'
        ? {
            usedBytes: host.memoryTotalBytes - host.memoryAvailableBytes,
            totalBytes: host.memoryTotalBytes,
          }
        : gpu.memory;
    return {
      uuid: gpu.uuid,
      memoryUsedBytes: memory.usedBytes,
      memoryTotalBytes: memory.totalBytes,
      utilisation: gpu.utilisation,
      temperatureCelsius: gpu.temperatureCelsius,
      powerWatts: gpu.powerWatts,
      powerLimitWatts: gpu.powerLimitWatts,
      others: here.filter(({ pid }) => typeof ownerOf(pid) !== 'string').map(otherOf),
      problem: gpu.problem,
      ageMs: Math.max(0, now - at),
      listsProcesses: owners.length > 0 && owners.every((owner) => owner !== undefined),
    };
  });
}
