import type { DeviceRefusal } from '../model/refusal/device-refusal.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { Limits } from './limits.ts';
import type { HostLoad } from './host-load.ts';
import { gpuHeadroomBytes, memoryRoom } from './room.ts';

/**
 * Whether a refusal may end once those of ours end that run: room that one waits for in this way is kept for it. Of what
 * others hold nothing is kept by leaving the host idle, and files stay when a trial ends.
 */
export function waitsForOurs(refusal: Refusal, host: HostLoad): boolean {
  switch (refusal.kind) {
    case 'disk':
      return false;
    case 'memory':
      return refusal.needBytes <= freeWithoutOurs(host);
    default:
      return !isLasting(refusal, host.limits);
  }
}

/** One alone is let in whatever the host went down under. */
function freeWithoutOurs(host: HostLoad): number {
  if (host.figures === null) return 0;
  const ceiling = { ...host.ceiling, memoryBytes: null };
  const { freeBytes, oursBytes, comingBytes } = memoryRoom(host.figures, { ...host, ceiling });
  return freeBytes + oursBytes + comingBytes;
}

/** Whether no waiting ends a refusal: what meets one there waits for nothing that others could leave it. */
function isLasting(refusal: Refusal, limits: Limits): boolean {
  switch (refusal.kind) {
    case 'outgrown':
    case 'filled-disk':
    case 'no-gpu':
    case 'gpus-broken':
      return true;
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
