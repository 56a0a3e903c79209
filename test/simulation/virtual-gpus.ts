/** The GPUs of a virtual host: what its processes hold of them, as a driver would tell. */
import type { GpuFacts, Lease } from '../../src/protocol/messages.ts';
import type { MeasuredGpu } from '../../src/worker/core/event.ts';
import { plainGpu, stranger } from '../plain-gpu.ts';

const memoryBytes = 16 * 2 ** 30;
/** What the driver keeps for itself, and nobody may be given. */
export const usableBytes = memoryBytes * 0.95;
/** A process has taken all that it will after this. */
const growsMs = 2_500;

export const gpuFacts: readonly GpuFacts[] = [0, 1].map((index) => ({
  uuid: `GPU-${index}`,
  index,
  name: 'A4000',
  memoryBytes,
  problem: null,
}));

/** A process on a GPU, or on the `cpu`, for so long. */
export interface Tenant {
  readonly lease: Lease;
  readonly device: string;
  readonly runsMs: number;
  /** It was stopped, and makes no heat. */
  readonly isStill: boolean;
}

/** What goes on around the trials of a host: GPUs by UUID that are too hot, or that somebody else uses, until then. */
export interface Weather {
  readonly hotUntil: Map<string, number>;
  readonly othersUntil: Map<string, number>;
}

export const fairWeather = (): Weather => ({ hotUntil: new Map(), othersUntil: new Map() });

const watts = { idle: 20, trial: 90, limit: 130 };
const celsius = { fair: 60, hot: 92 };
/** Of the limits of all GPUs, under which a crash teaches a ceiling (throttle/ceiling.ts). */
export const tellingWatts = 0.6 * watts.limit * 2;

export const peakBytes = ({ lease }: Pick<Tenant, 'lease'>): number => lease.resources.gpuMemoryBytes ?? 0;

/** Nothing before it has begun to compute, its peak later. */
export const heldBytes = (tenant: Tenant): number =>
  tenant.device === 'cpu' ? 0 : peakBytes(tenant) * Math.min(1, tenant.runsMs / growsMs);

export const measuredGpus = (tenants: readonly Tenant[], weather: Weather, now: number): MeasuredGpu[] =>
  gpuFacts.map(({ uuid }) => {
    const here = tenants.filter(({ device }) => device === uuid);
    const usedBytes = here.reduce((sum, tenant) => sum + heldBytes(tenant), 0);
    const computes = here.some(({ isStill }) => !isStill);
    return {
      ...plainGpu(uuid, usedBytes, memoryBytes),
      powerWatts: watts.idle + (computes ? watts.trial : 0),
      powerLimitWatts: watts.limit,
      temperatureCelsius: (weather.hotUntil.get(uuid) ?? 0) > now ? celsius.hot : celsius.fair,
      others: (weather.othersUntil.get(uuid) ?? 0) > now ? [stranger()] : [],
    };
  });

/** The GPU that is given more than it has, by the peaks of what runs there; null where there is none. */
export function overfullGpu(tenants: readonly Tenant[]): string | null {
  const peaks = new Map<string, number>();
  for (const tenant of tenants) peaks.set(tenant.device, (peaks.get(tenant.device) ?? 0) + peakBytes(tenant));
  return gpuFacts.find(({ uuid }) => (peaks.get(uuid) ?? 0) > usableBytes)?.uuid ?? null;
}
