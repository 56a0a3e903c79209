import type { HostFigures, Room } from '../protocol/messages.ts';
import type { GpuLoad, HostLoad, OthersClaim, OurShare } from './host-load.ts';
import type { Limits } from './limits.ts';
import type { Claimed } from '../model/refusal/refusal-phrases.ts';
import type { Resources } from '../model/resources.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Memory of the host that no trial is given: other people's logins, the page cache, the kernel. */
export const headroomBytes = (totalBytes: number, limits: Limits): number =>
  Math.max(
    totalBytes * limits.memoryHeadroomShare,
    limits.memoryHeadroomBytes ?? Math.min(limits.memoryFloorBytes, totalBytes * limits.memoryFloorShare),
  );

/**
 * Host memory as the next trial finds it.
 *
 * Ours count with what they will take, not with what they take yet: a trial that has just started has touched
 * nothing of its peak. What is used and not measured of ours is someone else's.
 */
export function memoryRoom(
  { memoryTotalBytes: total, memoryAvailableBytes }: MemoryFigures,
  { ours, claims, limits, ceiling }: Pick<HostLoad, 'ours' | 'claims' | 'limits' | 'ceiling'>,
): Room {
  // One alone is let in whatever the host went down under.
  const borne = ours.length === 0 ? null : ceiling.memoryBytes;
  return roomOf({
    totalBytes: total,
    usedBytes: total - memoryAvailableBytes,
    headroomBytes: total - Math.min(total - headroomBytes(total, limits), borne ?? total),
    ours: ours.map(({ measuredBytes, resources }) => ({
      measured: measuredBytes ?? 0,
      predicted: resources.hostMemoryBytes ?? 0,
    })),
    claims: claims.map(({ hostBytes, hostShownBytes }) => ({ bytes: hostBytes, shown: hostShownBytes })),
  });
}

type MemoryFigures = Pick<HostFigures, 'memoryTotalBytes' | 'memoryAvailableBytes'>;

function roomOf(of: {
  readonly totalBytes: number;
  readonly usedBytes: number;
  readonly headroomBytes: number;
  readonly ours: readonly { readonly measured: number; readonly predicted: number }[];
  readonly claims: readonly { readonly bytes: number; readonly shown: number }[];
}): Room {
  const oursBytes = sum(of.ours.map(({ measured }) => measured));
  const comingBytes = sum(of.ours.map(({ measured, predicted }) => Math.max(0, predicted - measured)));
  const used = Math.max(0, of.usedBytes - oursBytes);
  const othersBytes = used + unshownBytes(of.claims, used);
  const taken = oursBytes + comingBytes + othersBytes + of.headroomBytes;
  return {
    oursBytes,
    comingBytes,
    othersBytes,
    headroomBytes: of.headroomBytes,
    freeBytes: of.totalBytes - taken,
  };
}

/**
 * What others will take on top of what they take now: of their claims, all that does not show yet.
 *
 * @param othersBytes what all others take by the figures: no more of it can be that of their claims
 */
function unshownBytes(
  claims: readonly { readonly bytes: number; readonly shown: number }[],
  othersBytes: number,
): number {
  const shown = sum(claims.map((claim) => Math.min(claim.bytes, claim.shown)));
  return sum(claims.map(({ bytes }) => bytes)) - Math.min(shown, othersBytes);
}

/** Whose claims these are, the largest first. */
export function claimedBy(
  claims: readonly OthersClaim[],
  bytesOf: (claim: OthersClaim) => number,
): readonly Claimed[] {
  const bytes = new Map<string, number>();
  for (const claim of claims) bytes.set(claim.user, (bytes.get(claim.user) ?? 0) + bytesOf(claim));
  return [...bytes]
    .map(([user, claimed]) => ({ user, bytes: claimed }))
    .filter((claimed) => claimed.bytes > 0)
    .sort((one, other) => other.bytes - one.bytes);
}

/** Of other accounts' claims, those on one GPU. */
export const claimsOn = (uuid: string, claims: readonly OthersClaim[]): readonly OthersClaim[] =>
  claims.filter(({ device }) => device === uuid);

/** Memory of a GPU that no trial is given: what the driver and fragmentation take. */
export const gpuHeadroomBytes = (totalBytes: number, limits: Limits): number =>
  limits.gpuHeadroomBytes ?? totalBytes * limits.gpuHeadroomShare;

/** Of ours, those on one GPU. */
export const oursOn = (gpu: Pick<GpuLoad, 'uuid'>, ours: readonly OurShare[]): readonly OurShare[] =>
  ours.filter(({ device }) => device === gpu.uuid);

/** Memory of a GPU, as of the host's memory; null before the first sample. */
export function gpuRoom(
  { figures, uuid }: Pick<GpuLoad, 'figures' | 'uuid'>,
  { ours, claims, limits }: HostLoad,
): Room | null {
  if (figures === null) return null;
  return roomOf({
    totalBytes: figures.memoryTotalBytes,
    usedBytes: figures.memoryUsedBytes,
    headroomBytes: gpuHeadroomBytes(figures.memoryTotalBytes, limits),
    ours: oursOn({ uuid }, ours).map(({ gpuMeasuredBytes, resources }) => ({
      measured: gpuMeasuredBytes ?? 0,
      predicted: resources.gpuMemoryBytes ?? 0,
    })),
    claims: claimsOn(uuid, claims).map(({ gpuBytes, gpuShownBytes }) => ({
      bytes: gpuBytes,
      shown: gpuShownBytes,
    })),
  });
}

/** GPUs that a trial takes there: what says nothing takes one where there are any, whether the driver shows them or not. */
export const gpusOf = (
  { gpus }: Pick<Resources, 'gpus'>,
  host: { readonly gpus: readonly unknown[] | null; readonly gpusBroken: boolean },
): 0 | 1 => gpus ?? (host.gpus === null || host.gpus.length > 0 || host.gpusBroken ? 1 : 0);

/** Cores that ours may hold, of those that the host has. */
export const cpusOf = (cpus: number, { cpus: cap }: Pick<Limits, 'cpus'>): number => cap ?? cpus;

/** Of these cores, those that none of ours holds. */
export const freeCpus = (cpus: number, ours: readonly OurShare[]): number =>
  cpus - sum(ours.map(({ resources }) => resources.cpus));

/** Trials that may run at once. */
export const slotsOf = (cpus: number, limits: Limits): number =>
  limits.slots ?? Math.max(1, Math.ceil(cpus * limits.slotsPerCpu));
