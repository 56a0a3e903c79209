import type { DeviceRefusal } from './device-refusal.ts';
import type { Refusal } from './refusal.ts';

/** Without the names of other people, for what is kept: their names are only shown to who looks now. */
export function unnamed(refusal: Refusal): Refusal {
  switch (refusal.kind) {
    case 'hold':
      return { ...refusal, user: 'somebody' };
    case 'gpus':
      return {
        ...refusal,
        devices: refusal.devices.map((device) => ({
          ...device,
          refusals: device.refusals.map(unnamedOfDevice),
        })),
      };
    default:
      return refusal;
  }
}

const unnamedOfDevice = (refusal: DeviceRefusal): DeviceRefusal =>
  refusal.kind === 'gpu-others' || refusal.kind === 'gpu-owner' ? { ...refusal, users: [] } : refusal;
