/** An attempt that a host was leased: how far it is, and what the agent watches of it while it runs. Times as in state.ts. */
import type { LedgerId } from '../../model/ids.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { EvictedOver } from '../../model/result/outcome.ts';
import type { Shortage } from '../../model/result/shortage.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { Suspended } from '../../throttle/host-load.ts';
import type { KeptLines } from './kept-lines.ts';

/** An attempt from its lease until its end is acknowledged. */
export interface HeldAttempt {
  readonly ledger: LedgerId;
  readonly lease: Lease;
  status: AttemptStatus;
  /** The UUID of the GPU that it was given, else `cpu`. */
  device: string;
  readonly kept: KeptLines;
  /** Kept lines that its writer was sent over the connection in use. */
  sentLines: number;
  /** Set once the agent has asked it to end. */
  stopping: Stopping | null;
}

/** waiting → starting → running → finishing → ended; waiting and starting may end at once. */
export type AttemptStatus =
  /** Leased; the guard has not let it in yet. */
  | { readonly kind: 'waiting' }
  /** The journal says that it is started; its process is not known yet. */
  | { readonly kind: 'starting'; readonly at: number }
  | { readonly kind: 'running'; readonly run: Run }
  /** Its processes are gone; what they left is being read. */
  | {
      readonly kind: 'finishing';
      readonly run: Run | null;
      /** What there was for it; null where no sample told. */
      readonly had: Had | null;
      readonly startedAt: number;
      readonly endedAt: number;
    }
  /** Told until it is acknowledged. */
  | { readonly kind: 'ended'; readonly end: AttemptEnd };

/** Of both memories at the end of a run: which it ran out of shows when what it said is read. */
export interface Had {
  readonly host: Shortage;
  readonly gpu: Shortage | null;
}

/** When an attempt that is past waiting was started. */
export function startOf(status: Exclude<AttemptStatus, { kind: 'waiting' | 'ended' }>): number {
  switch (status.kind) {
    case 'starting':
      return status.at;
    case 'running':
      return status.run.startedAt;
    case 'finishing':
      return status.startedAt;
    default:
      return status satisfies never;
  }
}

/** What the agent watches of a running attempt. */
export interface Run {
  readonly startedAt: number;
  process: ProcessIdentity;
  /** Kills for want of memory that the kernel had counted before it began; null where it does not count. */
  readonly oomKills: number | null;
  /** Time that counts for no limit: the host slept, or its processes were stopped. */
  suspendedMs: number;
  /** The last metrics line or CPU time. */
  lifeAt: number;
  cpuMs: number | null;
  measuredBytes: number | null;
  peakBytes: number | null;
  /** Whether two samples in a row agreed on its memory. */
  settled: boolean;
  /** Whether it has left something that it could go on from elsewhere. */
  hasCheckpoint: boolean;
  /** Null where the agent lets it run. */
  suspended: Suspended | null;
  /** Whether it was stopped before and let go on: an agent that died in between may not have come to that. */
  hasStoodStill: boolean;
  /** When another of ours ran beside it last; null where none did. */
  besideAt: number | null;
  /** Time that it lost to others on its GPU. */
  sharedMs: number;
  /** For how long its host's power was near the ceiling meanwhile. */
  nearMs: number;
  readonly gpu: GpuRun;
}

/** What the agent watches of a running attempt on its GPU. */
interface GpuRun {
  /** What all hold of that GPU's memory when it began: what comes on top is its own where no process is listed. */
  baselineBytes: number | null;
  measuredBytes: number | null;
  peakBytes: number | null;
  /** As of the host. */
  besideAt: number | null;
  /** Samples in a row that agreed with the one before. */
  steady: number;
  settled: boolean;
  /** When it began, or went on last, by the host's monotonic clock. */
  computesSince: number;
  /** What its GPU took when it began, how busy that was, and the share of that GPU's power above idle that it was seen to draw alone there. */
  startWatts: number | null;
  startUtilisation: number | null;
  draw: number | null;
  /** How busy it kept its GPU while it had that to itself: a sum over samples. */
  busySum: number;
  /** Samples in a row in which it had its GPU to itself. */
  loneSamples: number;
  busySamples: number;
  /** Whether what it draws is part of what its GPU takes by now. */
  hasShownPower: boolean;
}

/**
 * A process by more than its number, which the kernel gives out again. `startTime` null before its first sample, when
 * only the mark in its environment says what it is, and where there is no /proc.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (proc(5), starttime). */
  readonly startTime: number | null;
}

interface Stopping {
  readonly why: StopReason;
  /** SIGKILL follows SIGTERM then. */
  killAt: number;
  /** It has followed. */
  hasKilled: boolean;
}

export type StopReason =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  | { readonly kind: 'stalled'; readonly afterMs: number }
  | { readonly kind: 'evicted'; readonly over: EvictedOver; readonly message: string };
