/** Whose a GPU is, and who comes first there. Pure. */
import { isWithin } from '../model/inventory/hours.ts';
import type { DevicePolicy } from '../model/inventory/inventory.ts';
import type { HostFigures } from '../protocol/messages.ts';
import type { GpuLoad, HostLoad } from './host-load.ts';

/** What has to be known of a host for that. */
interface Whose extends Pick<HostLoad, 'limits' | 'user'> {
  readonly figures: Pick<HostFigures, 'weekMinute'> | null;
}

/** What the inventory says of a GPU; null where it says nothing. */
export const policyOf = (index: number, { limits }: Pick<HostLoad, 'limits'>): DevicePolicy | null =>
  limits.devices.find(({ gpu }) => gpu === index) ?? null;

/** What the inventory reserves it by now; null where nobody does. Outside its hours it is used only while nobody else is there. */
export function reservedBy({ index }: Pick<GpuLoad, 'index'>, host: Whose): DevicePolicy | null {
  const device = policyOf(index, host);
  if (device?.policy !== 'reserved' || isOwner(device, host)) return null;
  const minute = host.figures?.weekMinute ?? null;
  return device.hours === null || (minute !== null && isWithin(device.hours, minute)) ? device : null;
}

/** It is used only while nobody else is there. A GPU whose owner is someone else is so unless it says otherwise. */
export const isKeptForOthers = (
  { index }: Pick<GpuLoad, 'index'>,
  host: Pick<Whose, 'limits' | 'user'>,
): boolean => {
  const device = policyOf(index, host);
  if (device === null || isOwner(device, host)) return false;
  return device.policy === null ? device.owner !== null : device.policy !== 'shared';
};

/** Whether somebody else computes there whom ours would disturb: not where all share it, nor where it is ours. */
export const computesBeside = (
  { index, figures }: Pick<GpuLoad, 'index' | 'figures'>,
  host: Pick<Whose, 'limits' | 'user'>,
): boolean => {
  const device = policyOf(index, host);
  if (strangersIn(figures) === 0) return false;
  return device === null || (device.policy !== 'shared' && !isOwner(device, host));
};

/** Processes of those whom ours must not disturb. */
export const strangersIn = (figures: GpuLoad['figures']): number =>
  figures?.strangers ?? figures?.othersProcesses ?? 0;

const isOwner = ({ owner }: DevicePolicy, { user }: Pick<Whose, 'user'>): boolean =>
  owner !== null && owner === user;
