/**
 * The rules that keep a trial from starting, in the order in which they are asked. Each states its hazard.
 * A rule says nothing (null) where it has no objection. Its sentence is that of the refusal that it gives
 * (model/refusal/refusal.ts), its numbers are rows of the table of limits (model/limits/limit-table.ts).
 */
import type { Refusal } from '../model/refusal/refusal.ts';
import type { Resources } from '../model/resources.ts';
import type { HostFigures } from '../protocol/messages.ts';
import { mostOfIt } from '../model/result/shortage.ts';
import type { HostLoad, StartRequest } from './host-load.ts';
import { admitDevice } from './devices.ts';
import { claimedBy, cpusOf, freeCpus, gpusOf, headroomBytes, memoryRoom, slotsOf } from './room.ts';

export type Rule = (request: StartRequest, host: HostLoad) => Refusal | null;

/** A host that a person has paused or switched off may be under repair, or kept free for other work. */
const mode: Rule = (_, { mode }) => {
  switch (mode.kind) {
    case 'open':
      return null;
    case 'paused':
      return { kind: 'paused' };
    case 'off':
      return { kind: 'off', because: mode.because };
    default:
      return mode satisfies never;
  }
};

/** Old figures show room that is long gone. Where nothing fresh is known, nothing starts. */
const stale: Rule = (_, { figures, figuresAgeMs, figuresProblem, limits }) =>
  figures === null || figuresAgeMs > limits.staleAfterMs
    ? { kind: 'stale', ageMs: figuresAgeMs, because: figuresProblem }
    : null;

/** A user of the host may need all of it, and may not end processes of other accounts: touching a file is how they say so. */
const hold: Rule = (_, { figures }) => (figures?.hold == null ? null : { kind: 'hold', ...figures.hold });

/** Frameworks fall back to the CPU without an error: a trial that needs a GPU would run there for days. */
const gpu: Rule = ({ resources }, host) => {
  if (gpusOf(resources, host) === 0) return null;
  if (host.gpusBroken) return { kind: 'gpus-broken', because: host.gpuProblem ?? '' };
  if (host.gpus !== null && host.gpus.length > 0) return null;
  return host.gpus === null
    ? {
        kind: 'preparing',
        what: `its GPUs are looked for${host.gpuProblem === null ? '' : `: ${host.gpuProblem}`}`,
      }
    : { kind: 'no-gpu', because: host.gpuProblem };
};

/** One GPU of a host may be full or hot while another one is idle: each is asked by itself. */
const devices: Rule = (request, host) => {
  if (gpusOf(request.resources, host) === 0 || host.gpus === null || host.gpus.length === 0) return null;
  if (host.gpusBroken) return null;
  const answers = host.gpus.map((gpu) => ({
    device: gpu.uuid,
    index: gpu.index,
    refusals: admitDevice(request, gpu, host),
  }));
  return answers.some(({ refusals }) => refusals.length === 0) ? null : { kind: 'gpus', devices: answers };
};

/** A trial under which hosts have gone down may take the next host down too, and all that runs beside it. */
const company: Rule = ({ alone }, { ours, claims }) => {
  const one = ours.find((share) => share.alone);
  if (one !== undefined) return { kind: 'beside', attempt: one.attempt };
  const running = ours.length + claims.length;
  return alone && running > 0 ? { kind: 'alone', running } : null;
};

/** Trials that take no core and no memory are still processes: without a cap they fill the host's process table. */
const slots: Rule = (_, { cpus, ours, limits }) => {
  const limit = slotsOf(cpus, limits);
  return ours.length >= limit ? { kind: 'slots', running: ours.length, limit } : null;
};

/** More threads than cores slow each other: together such trials take longer than one after another. */
const cores: Rule = ({ resources }, { cpus, ours, limits }) => {
  const total = cpusOf(cpus, limits);
  const free = freeCpus(total, ours);
  // A trial that asks for more than the host has would wait for ever: it is let in where nothing else holds a core.
  const need = Math.min(resources.cpus, total);
  return need > free ? { kind: 'cpus', needCpus: resources.cpus, freeCpus: free, totalCpus: total } : null;
};

/** Trials that fit when they begin may not fit at their peaks: the host swaps, or the kernel kills processes. */
const memory: Rule = ({ resources, declaredHostBytes }, host) => {
  const { figures } = host;
  if (figures === null) return null;
  const free = memoryRoom(figures, host).freeBytes;
  const need = resources.hostMemoryBytes ?? 0;
  if (need <= free || ((declaredHostBytes ?? 0) <= free && hasItToItself(need, figures, host))) return null;
  return {
    kind: 'memory',
    needBytes: need,
    freeBytes: Math.max(0, free),
    totalBytes: figures.memoryTotalBytes,
    ofGroup: host.memoryOfGroup,
    keptBytes: headroomBytes(figures.memoryTotalBytes, host.limits),
    claimed: [...claimedBy(host.claims, ({ hostBytes }) => hostBytes)],
  };
};

/**
 * What is feared of a trial keeps nobody from trying it where nothing else of labsweep runs, once it would have what it
 * may need, or most of the memory: it would wait for ever else, and nobody knew whether it fits.
 */
const hasItToItself = (needBytes: number, figures: HostFigures, { ours, claims }: HostLoad): boolean =>
  ours.length + claims.length === 0 &&
  figures.memoryAvailableBytes >= Math.min(needBytes, figures.memoryTotalBytes * mostOfIt);

/**
 * Two accounts that do not hear of each other both start what fits once. What either has started shows in the figures
 * when it has taken its memory, so each adds no second trial to a first: together they hold two, not all.
 */
const untold: Rule = ({ resources }, { untold: because, ours, figures, limits }) => {
  if (because === null || figures === null) return null;
  const small = figures.memoryTotalBytes * limits.rampMemoryShare;
  const isLarge = ({ hostMemoryBytes }: StartRequest['resources']): boolean => (hostMemoryBytes ?? 0) > small;
  return isLarge(resources) && ours.some((share) => isLarge(share.resources))
    ? { kind: 'claims', because }
    : null;
};

/** Where others want all cores, each trial of ours slows down their work and its own. */
const load: Rule = ({ resources }, { cpus, figures, held, limits }) => {
  if (figures === null || resources.cpus === 0 || !held.othersLoadPerCpu) return null;
  const limit = (figures.cores ?? cpus) * limits.othersLoadPerCpu.release;
  return { kind: 'load', othersLoad: figures.othersLoad, limit };
};

/**
 * Processes that together touch more memory than there is wait for it most of their time, and free memory does not show
 * that: the kernel keeps some free by taking it from them (PSI: Documentation/accounting/psi.rst).
 */
const pressure: Rule = ({ resources }, { figures, held, limits }) => {
  const share = figures?.memoryPressure ?? null;
  if (share === null || resources.hostMemoryBytes === 0 || !held.memoryPressure) return null;
  return { kind: 'pressure', share, limit: limits.memoryPressure.release };
};

/** As for pressure, which kernels before 4.20 do not tell of: what comes back from swap was still needed. */
const swap: Rule = ({ resources }, { figures, held, limits }) => {
  const bytes = figures?.swapInBytes ?? null;
  if (bytes === null || resources.hostMemoryBytes === 0 || !held.swapInBytes) return null;
  return { kind: 'swap', bytes, limitBytes: limits.swapInBytes.release };
};

/** On a full disk each trial fails at its first write, and so does the work of everybody else on the host. */
const disk: Rule = ({ resources }, host) => fullDisk(resources, host);

/** Why a host's disk is too full for a trial to start there; null where it is not, or nobody knows. */
export function fullDisk(
  resources: Pick<Resources, 'diskBytes'>,
  {
    figures,
    limits,
    folder,
    diskBytes: totalBytes,
  }: Pick<HostLoad, 'limits' | 'folder' | 'diskBytes'> & {
    readonly figures: Pick<HostFigures, 'diskFreeBytes'> | null;
  },
): Extract<Refusal, { kind: 'disk' }> | null {
  if (figures === null) return null;
  const askedBytes = resources.diskBytes ?? 0;
  const limitBytes = limits.diskFreeBytes + askedBytes;
  return figures.diskFreeBytes < limitBytes
    ? { kind: 'disk', freeBytes: figures.diskFreeBytes, limitBytes, askedBytes, folder, totalBytes }
    : null;
}

/** The first guess of a shape's memory may be many times too low: several such trials at once may end the host. */
const ramp: Rule = (request, { figures, ours, limits }) => {
  if (figures === null || !mayBeLarge(request, figures.memoryTotalBytes * limits.rampMemoryShare))
    return null;
  const settling = ours.find(({ ramping }) => ramping);
  return settling === undefined ? null : { kind: 'ramp', attempt: settling.attempt };
};

/** Whether the ramp guard of the host's memory concerns a request: never observed, and maybe more than `smallBytes`. */
export function mayBeLarge(
  { resources, declaredHostBytes, shapeObserved }: StartRequest,
  smallBytes: number,
): boolean {
  if (shapeObserved) return false;
  // A command that says nothing of its memory may take all of it; one that says that it does not even compute, little.
  const unsaidBytes = resources.cpus > 0 ? Number.POSITIVE_INFINITY : idlerBytes;
  return (declaredHostBytes === null ? unsaidBytes : (resources.hostMemoryBytes ?? 0)) > smallBytes;
}

/** An interpreter with its libraries that waits for something. It counts where a control group has left little. */
const idlerBytes = 64 * 1024 ** 2;

/** Who had less of late and waits would wait for ever where whoever has the cores takes each again that it gives back. */
const turn: Rule = ({ resources }, host) => {
  if (gpusOf(resources, host) > 0) return null;
  const left = host.left.find(({ device }) => device === 'cpu');
  if (left === undefined) return null;
  const { user, theirSeconds, ourSeconds } = left;
  return { kind: 'turn', user, theirSeconds, ourSeconds };
};

export const rules: readonly Rule[] = [
  mode,
  stale,
  hold,
  gpu,
  company,
  turn,
  slots,
  cores,
  memory,
  untold,
  load,
  pressure,
  swap,
  disk,
  ramp,
  devices,
];
