/**
 * The rules that keep a trial from one GPU, in the order in which they are asked. Each states its hazard.
 */
import type { DeviceRefusal } from '../model/refusal/device-refusal.ts';
import { computesBeside, isKeptForOthers, policyOf, reservedBy, strangersIn } from './etiquette.ts';
import { startCelsius } from './heat.ts';
import type { GpuLoad, HostLoad, OurShare, StartRequest } from './host-load.ts';
import { gainsBeside } from './sharing.ts';
import { calmWatts, wattsWith } from './power.ts';
import { claimedBy, claimsOn, gpuRoom, oursOn } from './room.ts';

type DeviceRule = (request: StartRequest, gpu: GpuLoad, host: HostLoad) => DeviceRefusal | null;

/** A GPU may be slow or faulty without a word of its driver: a person takes it out of use. */
const off: DeviceRule = (_, { index }, host) => {
  const because = policyOf(index, host)?.off ?? null;
  return because === null ? null : { kind: 'gpu-off', because };
};

/** A GPU that is kept for its owner must be free whenever its owner comes. */
const reserved: DeviceRule = (_, { index }, host) => {
  const device = reservedBy({ index }, host);
  return device === null
    ? null
    : { kind: 'gpu-reserved', owner: device.owner, hours: device.hours?.said ?? null };
};

/** A trial of ours beside somebody else's process slows it, and may take the memory that it needs next. */
const others: DeviceRule = (_, gpu, host) => {
  if (!computesBeside(gpu, host)) return null;
  const there = (gpu.figures?.others ?? []).filter(({ are }) => are === 'in-use');
  const said = {
    processes: strangersIn(gpu.figures),
    users: there.flatMap(({ user }) => user ?? []),
    idleMs: there.length === 0 ? 0 : Math.min(...there.map(({ idleMs }) => idleMs)),
    idleAfterMs: host.limits.idleAfterMs,
  };
  return isKeptForOthers(gpu, host)
    ? { kind: 'gpu-owner', owner: policyOf(gpu.index, host)?.owner ?? null, ...said }
    : { kind: 'gpu-others', ...said };
};

/** A GPU that has failed may still be listed. Frameworks do not find it, and fall back to the CPU without an error. */
const failed: DeviceRule = (_, { figures, problem }) => {
  const because = figures?.problem ?? problem;
  return because === null ? null : { kind: 'gpu-failed', because };
};

/** A driver that hangs leaves its last figures standing, and they may show room that is gone. */
const stale: DeviceRule = (_, { figures, figuresAgeMs }, { limits }) =>
  figures === null || figuresAgeMs > limits.staleAfterMs ? { kind: 'gpu-stale', ageMs: figuresAgeMs } : null;

/** As for the host's cores (rules.ts). */
const turn: DeviceRule = (_, { uuid }, { left }) => {
  const other = left.find(({ device }) => device === uuid);
  if (other === undefined) return null;
  const { user, theirSeconds, ourSeconds } = other;
  return { kind: 'gpu-turn', user, theirSeconds, ourSeconds };
};

/** Two trials that each fit into an empty GPU may not fit together: both run out of memory at their first batch. */
const memory: DeviceRule = ({ resources }, gpu, host) => {
  const free = gpuRoom(gpu, host)?.freeBytes ?? null;
  if (gpu.figures === null || free === null) return null;
  const need = resources.gpuMemoryBytes ?? 0;
  if (need <= free) return null;
  const totalBytes = gpu.figures.memoryTotalBytes;
  const claimed = [...claimedBy(claimsOn(gpu.uuid, host.claims), ({ gpuBytes }) => gpuBytes)];
  return { kind: 'gpu-memory', needBytes: need, freeBytes: Math.max(0, free), totalBytes, claimed };
};

/** As for the host's memory (rules.ts). */
const untold: DeviceRule = (_, gpu, { untold: because, ours }) =>
  because !== null && oursOn(gpu, ours).length > 0 ? { kind: 'gpu-claims', because } : null;

/** A GPU may have memory left and no time: one more trial makes all of them slower, and none ends sooner. */
const utilisation: DeviceRule = (_, { figures, held }, { limits }) =>
  held.utilisation && figures !== null && figures.utilisation !== null
    ? { kind: 'gpu-utilisation', utilisation: figures.utilisation, limit: limits.utilisation.release }
    : null;

/** A GPU that is too hot slows itself down first, and then may shut its server down. */
const temperature: DeviceRule = (_, { figures, held }, host) => {
  const celsius = figures?.temperatureCelsius ?? null;
  const { release } = host.limits.temperatureCelsius;
  const bearable = startCelsius(host);
  if (celsius === null || (!held.temperatureCelsius && celsius < bearable)) return null;
  return { kind: 'gpu-temperature', celsius, limitCelsius: Math.min(release, bearable) };
};

/** What was suspended there goes on first: one more would take the room that it waits for. */
const standstill: DeviceRule = (_, gpu, { ours }) => {
  const still = oursOn(gpu, ours).find(({ suspended }) => suspended !== null);
  return still?.suspended == null
    ? null
    : { kind: 'gpu-suspended', attempt: still.attempt, because: still.suspended.because };
};

/**
 * A power supply that is too weak for all GPUs takes the server down without a word. What it went down under is its ceiling,
 * and what has started counts with what it will take.
 */
const power: DeviceRule = ({ draw }, gpu, host) => {
  const watts = wattsWith(draw, gpu, host);
  const { died } = host.ceiling;
  // One alone is always let in, unless the host went down under one alone.
  const isFirst = !host.ours.some(({ device }) => device !== 'cpu') && died?.running !== 1;
  const limitWatts = startWatts(host);
  if (watts === null || isFirst || limitWatts === null || watts <= limitWatts) return null;
  return { kind: 'gpu-power', watts, limitWatts, diedWatts: died?.watts ?? null };
};

/** By so much a trial may take more than its like: over the ceiling it would stand still. */
const spareShare = 0.03;

/** What stands still on the host goes on first: what starts leaves as much room as that waits for. */
function startWatts({ ceiling: { watts }, ours }: HostLoad): number | null {
  if (watts === null) return null;
  return ours.some(({ suspended }) => suspended !== null) ? calmWatts(watts) : watts * (1 - spareShare);
}

/** A trial allocates seconds after its start: until then its GPU looks empty to the next one of its unknown shape. */
const ramp: DeviceRule = ({ gpuObserved }, gpu, { ours }) => {
  const settling = gpuObserved ? undefined : oursOn(gpu, ours).find(({ gpuRamping }) => gpuRamping);
  return settling === undefined ? null : { kind: 'gpu-ramp', attempt: settling.attempt };
};

/**
 * Trials share a GPU while what they do together rises. Nothing is put beside what nobody has seen to its end, unless
 * that keeps to what its sweep declares: neither its memory nor its time is known.
 */
const sharing: DeviceRule = (request, gpu, host) => {
  const here = oursOn(gpu, host.ours);
  if (here.length === 0 || ramp(request, gpu, host) !== null) return null;
  const unknown = request.isKnown ? here.find((one) => !one.isKnown) : here[0];
  if (unknown !== undefined) return { kind: 'gpu-unknown', attempt: unknown.attempt };
  const utilisation = gpu.figures?.utilisation ?? null;
  if (utilisation === null) return null;
  const { taken, needs } = wantedOf(request.busy, here, utilisation);
  return gainsBeside(taken, needs) ? null : { kind: 'gpu-busy', taken, needs, running: here.length };
};

/** What is not known of one is taken to be as what shows of those that run there. */
function wantedOf(
  busy: number | null,
  here: readonly OurShare[],
  utilisation: number,
): { readonly taken: number; readonly needs: number } {
  const sum = here.reduce((total, one) => total + (one.busy ?? 0), 0);
  const taken = here.some((one) => one.busy === null) ? Math.max(sum, utilisation) : sum;
  return { taken, needs: busy ?? taken / here.length };
}

export const deviceRules: readonly DeviceRule[] = [
  off,
  reserved,
  others,
  failed,
  stale,
  turn,
  memory,
  untold,
  utilisation,
  temperature,
  standstill,
  power,
  ramp,
  sharing,
];
