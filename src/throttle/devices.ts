/** Which GPU of a host takes a trial: the rules of each, and among those without a refusal the one with most room. */
import type { DeviceRefusal } from '../model/refusal/device-refusal.ts';
import { deviceRules } from './device-rules.ts';
import type { GpuLoad, HostLoad, StartRequest } from './host-load.ts';
import { gpuRoom, gpusOf, oursOn } from './room.ts';

/** Everything that is against a trial on this GPU now, in the order of the table; none means that there is room. */
export function admitDevice(request: StartRequest, gpu: GpuLoad, host: HostLoad): DeviceRefusal[] {
  const refusals: DeviceRefusal[] = [];
  for (const rule of deviceRules) {
    const refusal = rule(request, gpu, host);
    if (refusal !== null) refusals.push(refusal);
  }
  return refusals;
}

/**
 * The device of a trial that the host admits: the GPU with the fewest of ours, of those the one with the most memory
 * to give, then the lowest index. Spread first: two trials on two GPUs end sooner than two on one.
 *
 * @returns its UUID; `cpu` for what takes none; null where no GPU takes it
 */
export function chooseDevice(request: StartRequest, host: HostLoad): string | null {
  if (gpusOf(request.resources, host) === 0) return 'cpu';
  const open = (host.gpus ?? []).filter((gpu) => admitDevice(request, gpu, host).length === 0);
  const ranked = [...open].sort(
    (one, other) =>
      oursOn(one, host.ours).length - oursOn(other, host.ours).length ||
      freeOn(other, host) - freeOn(one, host) ||
      one.index - other.index,
  );
  return ranked[0]?.uuid ?? null;
}

const freeOn = (gpu: GpuLoad, host: HostLoad): number => gpuRoom(gpu, host)?.freeBytes ?? 0;
