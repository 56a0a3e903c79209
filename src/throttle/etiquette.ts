/** Whose a GPU is, and who comes first there. Pure. */
import type { DevicePolicy } from '../model/inventory/inventory.ts';
import type { GpuLoad, HostLoad } from './host-load.ts';

type Whose = Pick<HostLoad, 'limits' | 'user'>;

/** What the inventory says of a GPU; null where it says nothing. */
export const policyOf = (index: number, { limits }: Pick<HostLoad, 'limits'>): DevicePolicy | null =>
  limits.devices.find(({ gpu }) => gpu === index) ?? null;

/** It must be free whenever its owner comes. */
export const isReserved = (device: DevicePolicy, host: Whose): boolean =>
  device.policy === 'reserved' && !isOwner(device, host);

/** It is used only while nobody else is there. A GPU whose owner is someone else is so unless it says otherwise. */
export const isKeptForOthers = ({ index }: Pick<GpuLoad, 'index'>, host: Whose): boolean => {
  const device = policyOf(index, host);
  if (device === null || isOwner(device, host)) return false;
  return device.policy === 'idle-only' || (device.policy === null && device.owner !== null);
};

/** Whether somebody else computes there whom ours would disturb: not where all share it, nor where it is ours. */
export const computesBeside = (
  { index, figures }: Pick<GpuLoad, 'index' | 'figures'>,
  host: Whose,
): boolean => {
  const device = policyOf(index, host);
  if ((figures?.strangers ?? figures?.othersProcesses ?? 0) === 0) return false;
  return device === null || (device.policy !== 'shared' && !isOwner(device, host));
};

const isOwner = ({ owner }: DevicePolicy, { user }: Whose): boolean => owner !== null && owner === user;
