/** What attempts wrote on disks that they ran out of, and which disks are too small for a shape by that. Pure. */
import { z } from 'zod';
import { formatSize } from '../size.ts';
import type { AttemptEnd } from './attempt-end.ts';
import { isResult } from './outcome.ts';
import { mostOfIt } from './shortage.ts';

/** Of an attempt that failed for want of disk space. Bytes. */
const seen = {
  /** What it had in its folders, its trial's checkpoint among them. */
  wroteBytes: z.number(),
  /** What was free when it began, and when it ended. */
  beganBytes: z.number(),
  leftBytes: z.number(),
  /** What all other attempts and trials had in labsweep's folders there when it ended; agents of before do not say. */
  heldBytes: z.number().default(0),
};
export const diskSeenSchema = z.object(seen);
export type DiskSeen = Readonly<z.infer<typeof diskSeenSchema>>;

export const diskUseSchema = z.object({
  ...seen,
  /** Whether nothing else of ours ran there, from its beginning to its end. */
  alone: z.boolean(),
});
export type DiskUse = Readonly<z.infer<typeof diskUseSchema>>;

/** With so little left, no program comes far. */
export const fullDiskBytes = 64 * 1024;

/** Whether the disk that labsweep has its folder on was full in the end; else it was another one that a program wrote to. */
export const isOwnDisk = ({ leftBytes }: DiskSeen): boolean => leftBytes < fullDiskBytes;

/** Whether it had most of what there would be without what other trials have left there. */
const hadMostOfIt = ({ wroteBytes, leftBytes, beganBytes, heldBytes }: DiskSeen): boolean =>
  wroteBytes + leftBytes >= (beganBytes + heldBytes) * mostOfIt;

export function diskSeenText(disk: DiskSeen): string {
  const { wroteBytes, beganBytes, heldBytes } = disk;
  const wrote = `it had written ${formatSize(wroteBytes)}, and ${formatSize(beganBytes)} were free when it began`;
  return heldBytes === 0 || hadMostOfIt(disk)
    ? wrote
    : `${wrote}; other trials have ${formatSize(heldBytes)} there: \`labsweep hosts clean\` removes what ended ones have left`;
}

/** @param isQuota whether it is what one user may write that was used up, of whichever disk */
export const otherDiskText = ({ leftBytes }: DiskSeen, isQuota: boolean): string =>
  `labsweep's own disk there has room (${formatSize(leftBytes)} are free), so it is ` +
  `${isQuota ? 'a quota that is used up' : "another one of the host's that the program writes to"} ` +
  "(see the program's log)";

/**
 * Why a host is left out that trials found no room on, and what helps.
 *
 * @param disk null where nobody knows which disk it was: labsweep's own, for all that is known
 * @param folder labsweep's on the host; null where that is not known now
 */
export const untilRoomText = (because: string, disk: DiskSeen | null, folder: string | null): string =>
  `left out until there is room again (it is tried again by itself): ${because}; ` +
  (disk === null || isOwnDisk(disk)
    ? `make room in ${folder ?? 'its folder'}: \`labsweep hosts clean\` removes what ended trials have left`
    : 'make room there');

/** A disk that trials of a shape ran out of while nothing else of ours ran there. */
export interface FilledDisk {
  readonly times: number;
  readonly wroteBytes: number;
  readonly beganBytes: number;
}

/** By shape, and by host. */
export type FilledDisks = Map<string, Map<string, FilledDisk>>;

/** Once may be somebody else's doing, who has removed again what filled the disk. */
const timesThatShow = 2;

/** @returns whether it shows, now, that its shape fits no such disk */
export function noteDisk(filled: FilledDisks, shape: string, host: string, end: AttemptEnd): boolean {
  if (isResult(end.outcome.kind)) filled.get(shape)?.delete(host);
  const disk = end.disk ?? null;
  if (disk === null || !filledByItself(disk)) return false;
  const hosts = filled.get(shape) ?? new Map<string, FilledDisk>();
  const { wroteBytes, beganBytes } = disk;
  hosts.set(host, { times: (hosts.get(host)?.times ?? 0) + 1, wroteBytes, beganBytes });
  filled.set(shape, hosts);
  return filledDisk(filled, shape, host) !== null;
}

/** What shows that the disk of a host is too small for a shape; null where nothing does. */
export function filledDisk(filled: FilledDisks, shape: string, host: string): FilledDisk | null {
  const hosts = filled.get(shape);
  const here = hosts?.get(host);
  if (hosts === undefined || here === undefined) return null;
  const times = [...hosts.values()].reduce((sum, one) => sum + one.times, 0);
  return times >= timesThatShow ? here : null;
}

/** Others, of whatever account, took no more than a small part of what there was when it began. */
const filledByItself = (disk: DiskUse): boolean => disk.alone && isOwnDisk(disk) && hadMostOfIt(disk);

/** Of what was free when it began: who wrote so much may have filled it, whoever else wrote there. */
const largeShare = 1 / 4;

export const wroteMuch = ({ disk }: Pick<AttemptEnd, 'disk'>): boolean =>
  disk != null && disk.wroteBytes >= disk.beganBytes * largeShare;
