import type { DeviceRefusal } from './device-refusal.ts';
import type { Refusal } from './refusal.ts';

/** Without the names of other people, for what is kept: their names are only shown to who looks now. */
export function unnamed(refusal: Refusal): Refusal {
  switch (refusal.kind) {
    case 'hold':
      return { ...refusal, user: 'somebody' };
    case 'turn':
      return { ...refusal, user: anotherAccount };
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

const anotherAccount = 'another account';

function unnamedOfDevice(refusal: DeviceRefusal): DeviceRefusal {
  if (refusal.kind === 'gpu-turn') return { ...refusal, user: anotherAccount };
  return refusal.kind === 'gpu-others' || refusal.kind === 'gpu-owner' ? { ...refusal, users: [] } : refusal;
}
