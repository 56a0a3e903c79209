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
};
export const diskSeenSchema = z.object(seen);
export type DiskSeen = Readonly<z.infer<typeof diskSeenSchema>>;

export const diskUseSchema = z.object({
  ...seen,
  /** Whether nothing else of ours ran there, from its beginning to its end. */
  alone: z.boolean(),
});
export type DiskUse = Readonly<z.infer<typeof diskUseSchema>>;

export const diskSeenText = ({ wroteBytes, beganBytes }: DiskSeen): string =>
  `it had written ${formatSize(wroteBytes)}, and ${formatSize(beganBytes)} were free when it began`;

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
const filledByItself = ({ alone, wroteBytes, leftBytes, beganBytes }: DiskUse): boolean =>
  alone && wroteBytes + leftBytes >= beganBytes * mostOfIt;

/** Of what was free when it began: who wrote so much may have filled it, whoever else wrote there. */
const largeShare = 1 / 4;

export const wroteMuch = ({ disk }: Pick<AttemptEnd, 'disk'>): boolean =>
  disk != null && disk.wroteBytes >= disk.beganBytes * largeShare;
