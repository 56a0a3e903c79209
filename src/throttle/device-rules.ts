/**
 * The rules that keep a trial from one GPU, in the order in which they are asked. Each has the incident behind it.
 */
import type { DevicePolicy } from '../model/inventory.ts';
import type { DeviceRefusal } from '../model/refusal.ts';
import type { GpuLoad, HostLoad, StartRequest } from './host-load.ts';
import { claimedBy, claimsOn, gpuRoomBytes, oursOn } from './room.ts';

type DeviceRule = (request: StartRequest, gpu: GpuLoad, host: HostLoad) => DeviceRefusal | null;

/** A card with a dying fan finished one epoch in three, and every trial on it timed out. */
const off: DeviceRule = (_, { index }, host) => {
  const because = policyOf(index, host)?.off ?? null;
  return because === null ? null : { kind: 'gpu-off', because };
};

/** Four cards were bought from a grant for one project, whose students found them full each morning. */
const reserved: DeviceRule = (_, { index }, host) => {
  const device = policyOf(index, host);
  return device?.policy === 'reserved' && !isOwner(device, host)
    ? { kind: 'gpu-reserved', owner: device.owner }
    : null;
};

/** Mina's own training ran out of memory, on the card under her desk, because a sweep had come to visit. */
const owner: DeviceRule = (_, { index, figures }, host) => {
  const device = policyOf(index, host);
  const processes = figures?.othersProcesses ?? 0;
  if (device === null || processes === 0 || !isIdleOnly(device, host)) return null;
  return { kind: 'gpu-owner', owner: device.owner, processes };
};

/** A card that had fallen off the bus was still listed, and 320 trials crawled on the CPU without a word. */
const failed: DeviceRule = (_, { figures }) => {
  const because = figures?.problem ?? null;
  return because === null ? null : { kind: 'gpu-failed', because };
};

/** The driver hung at nine; until ten, trials were started on what it had said at nine. */
const stale: DeviceRule = (_, { figures, figuresAgeMs }, { limits }) =>
  figures === null || figuresAgeMs > limits.staleAfterMs ? { kind: 'gpu-stale', ageMs: figuresAgeMs } : null;

/** Two trials of 7 GB on a card of 12: both had started when it was empty, and both died at their first batch. */
const memory: DeviceRule = ({ resources }, gpu, host) => {
  if (gpu.figures === null) return null;
  const free = gpuRoomBytes(gpu, host);
  const need = resources.gpuMemoryBytes ?? 0;
  if (need <= free) return null;
  const totalBytes = gpu.figures.memoryTotalBytes;
  const claimed = [...claimedBy(claimsOn(gpu.uuid, host.claims), ({ gpuBytes }) => gpuBytes)];
  return { kind: 'gpu-memory', needBytes: need, freeBytes: Math.max(0, free), totalBytes, claimed };
};

/** As for the host's memory (rules.ts). */
const untold: DeviceRule = (_, gpu, { untold: because, ours }) =>
  because !== null && oursOn(gpu, ours).length > 0 ? { kind: 'gpu-claims', because } : null;

/** Six small trials on one card each ran at a sixth of its speed; the memory would have taken a seventh. */
const utilisation: DeviceRule = (_, { figures, held }, { limits }) =>
  held.utilisation && figures !== null && figures.utilisation !== null
    ? { kind: 'gpu-utilisation', utilisation: figures.utilisation, limit: limits.utilisation.release }
    : null;

/** The air conditioning failed on a Saturday; the cards throttled, then one shut its server down. */
const temperature: DeviceRule = (_, { figures, held }, { limits }) =>
  held.temperature && figures !== null && figures.temperatureCelsius !== null
    ? {
        kind: 'gpu-temperature',
        celsius: figures.temperatureCelsius,
        limitCelsius: limits.temperatureCelsius.release,
      }
    : null;

/** Three trials of a new model were let onto an empty card within one second, before any had allocated a byte. */
const ramp: DeviceRule = ({ gpuObserved }, gpu, { ours }) => {
  const settling = gpuObserved ? undefined : oursOn(gpu, ours).find(({ gpuRamping }) => gpuRamping);
  return settling === undefined ? null : { kind: 'gpu-ramp', attempt: settling.attempt };
};

export const deviceRules: readonly DeviceRule[] = [
  off,
  reserved,
  owner,
  failed,
  stale,
  memory,
  untold,
  utilisation,
  temperature,
  ramp,
];

const policyOf = (index: number, { limits }: HostLoad): DevicePolicy | null =>
  limits.devices.find(({ gpu }) => gpu === index) ?? null;

const isOwner = ({ owner }: DevicePolicy, { user }: HostLoad): boolean => owner !== null && owner === user;

/** A device whose owner is someone else is idle-only unless it says otherwise. */
const isIdleOnly = (device: DevicePolicy, host: HostLoad): boolean =>
  !isOwner(device, host) &&
  (device.policy === 'idle-only' || (device.policy === null && device.owner !== null));
