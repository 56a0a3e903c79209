/**
 * The rules that keep a trial from starting, in the order in which they are asked. Each has the incident behind it.
 * A rule says nothing (null) where it has no objection.
 */
import type { Refusal } from '../model/refusal.ts';
import type { HostLoad, StartRequest } from './host-load.ts';
import { admitDevice } from './devices.ts';
import { claimedBy, cpusOf, freeCpus, gpusOf, memoryRoomBytes, slotsOf } from './room.ts';

export type Rule = (request: StartRequest, host: HostLoad) => Refusal | null;

/** A server was taken out for repairs, and a sweep started on it while the technician had it open. */
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

/** A monitor hung on a dead network mount, and eight trials were started on figures of half an hour ago. */
const stale: Rule = (_, { figures, figuresAgeMs, limits }) =>
  figures === null || figuresAgeMs > limits.staleAfterMs ? { kind: 'stale', ageMs: figuresAgeMs } : null;

/** A GPU sweep was leased to the file server, where each trial fell back to one core in silence. */
const gpu: Rule = ({ resources }, host) => {
  if (gpusOf(resources, host) === 0 || (host.gpus !== null && host.gpus.length > 0)) return null;
  return host.gpus === null
    ? {
        kind: 'preparing',
        what: `its GPUs are looked for${host.gpuProblem === null ? '' : `: ${host.gpuProblem}`}`,
      }
    : { kind: 'no-gpu', because: host.gpuProblem };
};

/** The first of two cards was full and hot, the second idle: a host is asked card by card. */
const devices: Rule = (request, host) => {
  if (gpusOf(request.resources, host) === 0 || host.gpus === null || host.gpus.length === 0) return null;
  const answers = host.gpus.map((gpu) => ({
    device: gpu.uuid,
    index: gpu.index,
    refusals: [...admitDevice(request, gpu, host)],
  }));
  return answers.some(({ refusals }) => refusals.length === 0) ? null : { kind: 'gpus', devices: answers };
};

/** Under one trial two servers went down in a night, and thirty others that ran beside it were given up with it. */
const company: Rule = ({ alone }, { ours, claims }) => {
  const one = ours.find((share) => share.alone);
  if (one !== undefined) return { kind: 'beside', attempt: one.attempt };
  const running = ours.length + claims.length;
  return alone && running > 0 ? { kind: 'alone', running } : null;
};

/** Five thousand trials that sleep take no core: all were started, and the process table was full. */
const slots: Rule = (_, { cpus, ours, limits }) => {
  const limit = slotsOf(cpus, limits);
  return ours.length >= limit ? { kind: 'slots', running: ours.length, limit } : null;
};

/** Sixteen trials of two threads on eight cores took three times as long as eight, then eight. */
const cores: Rule = ({ resources }, { cpus, ours, limits }) => {
  const total = cpusOf(cpus, limits);
  const free = freeCpus(total, ours);
  // A trial that asks for more than the host has would wait for ever: it is let in where nothing else holds a core.
  const need = Math.min(resources.cpus, total);
  return need > free ? { kind: 'cpus', needCpus: resources.cpus, freeCpus: free, totalCpus: total } : null;
};

/** Four trials fitted when they began; at the end of the first epoch all four peaked, and the server swapped to death. */
const memory: Rule = ({ resources }, host) => {
  const { figures } = host;
  if (figures === null) return null;
  const free = memoryRoomBytes(figures, host);
  const need = resources.hostMemoryBytes ?? 0;
  if (need <= free) return null;
  return {
    kind: 'memory',
    needBytes: need,
    freeBytes: Math.max(0, free),
    totalBytes: figures.memoryTotalBytes,
    claimed: [...claimedBy(host.claims, ({ hostBytes }) => hostBytes)],
  };
};

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

/** A colleague's simulation had all 64 cores; the sweep took half of each and both missed their deadline. */
const load: Rule = ({ resources }, { cpus, figures, limits }) => {
  const limit = cpus * limits.othersLoadPerCpu;
  if (figures === null || resources.cpus === 0 || figures.othersLoad < limit) return null;
  return { kind: 'load', othersLoad: figures.othersLoad, limit };
};

/** Checkpoints filled the disk at two in the morning, and every trial after that failed to write its first line. */
const disk: Rule = ({ resources }, { figures, limits }) => {
  if (figures === null) return null;
  const limitBytes = limits.diskFreeBytes + (resources.diskBytes ?? 0);
  return figures.diskFreeBytes < limitBytes
    ? { kind: 'disk', freeBytes: figures.diskFreeBytes, limitBytes }
    : null;
};

/** A new model took ten times what was guessed: one of it was a warning, six at the same moment a reboot. */
const ramp: Rule = (request, { figures, ours, limits }) => {
  if (figures === null || !mayBeLarge(request, figures.memoryTotalBytes * limits.rampMemoryShare))
    return null;
  const settling = ours.find(({ ramping }) => ramping);
  return settling === undefined ? null : { kind: 'ramp', attempt: settling.attempt };
};

/** Whether the ramp guard of the host's memory concerns a request: never observed, and maybe more than `smallBytes`. */
export function mayBeLarge({ resources, shapeObserved }: StartRequest, smallBytes: number): boolean {
  if (shapeObserved) return false;
  // A command that says nothing of its memory may take all of it, unless it says that it does not even compute.
  const bytes = resources.hostMemoryBytes ?? (resources.cpus > 0 ? Number.POSITIVE_INFINITY : 0);
  return bytes > smallBytes;
}

export const rules: readonly Rule[] = [
  mode,
  stale,
  gpu,
  company,
  slots,
  cores,
  memory,
  untold,
  load,
  disk,
  ramp,
  devices,
];
