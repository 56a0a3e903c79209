import type { DeviceRefusal } from '../model/refusal/device-refusal.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { Limits } from './limits.ts';
import { gpuHeadroomBytes, headroomBytes } from './room.ts';

/** Whether no waiting ends a refusal: what meets one there waits for nothing that others could leave it. */
export function isLasting(refusal: Refusal, limits: Limits): boolean {
  switch (refusal.kind) {
    case 'outgrown':
    case 'filled-disk':
    case 'no-gpu':
    case 'gpus-broken':
      return true;
    case 'memory':
      return refusal.needBytes > refusal.totalBytes - headroomBytes(refusal.totalBytes, limits);
    case 'gpus':
      return refusal.devices.every(({ refusals }) => refusals.some((one) => deviceLasting(one, limits)));
    default:
      return false;
  }
}

function deviceLasting(refusal: DeviceRefusal, limits: Limits): boolean {
  if (refusal.kind === 'gpu-memory')
    return refusal.needBytes > refusal.totalBytes - gpuHeadroomBytes(refusal.totalBytes, limits);
  return refusal.kind === 'gpu-off' || (refusal.kind === 'gpu-reserved' && refusal.hours === null);
}
