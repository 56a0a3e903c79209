/** All that an agent decides on. Changed by `transition` alone; the state handed in is spent. */
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { Launch } from '../../model/launch.ts';
import type { EvictedOver } from '../../model/result/outcome.ts';
import type { HostLimits, HostSettings } from '../../model/inventory/inventory.ts';
import type { Expected, HostFacts, Lease } from '../../protocol/messages.ts';
import type { Evidence, MeasuredFigures } from './event.ts';
import type { BootBefore, Ceiling, Moment } from '../../model/ceiling.ts';
import type { HeldMarks, OthersClaim, Suspended } from '../../throttle/host-load.ts';
import type { HostMarks } from '../../throttle/host-marks.ts';
import type { Limits } from '../../throttle/limits.ts';
import type { Outgrown } from '../../model/result/outgrown.ts';
import type { Shortage } from '../../model/result/shortage.ts';
import type { Memories } from '../../predict/memory.ts';
import type { Preparation } from './preparation.ts';
import type { LeftTo, OthersAccount, Turns, Used } from '../../throttle/turns.ts';
import type { KeptLines } from './kept-lines.ts';
import type { QueuePart } from './queue.ts';

/** Times are milliseconds of the host's monotonic clock, whose zero is its boot: they mean nothing after another. */
export interface WorkerState {
  facts: HostFacts;
  /** The boot in which the journal's last attempts were started; null before the first record. */
  bootId: string | null;
  /** The agent of that boot was asked to end: what was lost then, no crash took. */
  hasLeft: boolean;
  /** In the order in which they are served; the one that started an attempt goes to the end. */
  readonly ledgers: Map<string, LedgerSide>;
  readonly launches: Map<string, Launch>;
  readonly attempts: Map<string, HeldAttempt>;
  /** Attempts that hold room on the host: starting or running. */
  readonly active: Set<HeldAttempt>;
  /** Trials whose checkpoint from another host is being unpacked. */
  readonly restoring: Set<string>;
  /** Ended by SIGTERM, and it is not known yet whether the host is being shut down: until then, by its clock. */
  readonly doubted: Map<HeldAttempt, { readonly evidence: Evidence; readonly until: number }>;
  readonly connections: Map<number, Connection>;
  figures: { readonly at: number; readonly value: MeasuredFigures } | null;
  /** Why there are no newer ones; null where there are. */
  figuresProblem: string | null;
  /** What holds the whole host; null before its first figures. */
  marks: HostMarks | null;
  /** By UUID. */
  readonly gpus: Map<string, GpuWatch>;
  /** What this host is known to bear: by what this account has seen, and with what other accounts say. */
  ceiling: Ceiling;
  /** As it was before the last boot has taught something; null where it has not. */
  ceilingBefore: Ceiling | null;
  othersCeilings: readonly Ceiling[];
  /** What was known when this boot began; null once a crash before it is to teach nothing. */
  recalled: Recalled | null;
  /** What it carried of late. */
  readonly moments: Moment[];
  /** When a moment was kept on the disk last, and the most watts of those that are. */
  kept: { readonly at: number; readonly watts: number };
  /** Shapes of which a trial has ended here, and the most memory that a trial of each launch took. */
  readonly observedShapes: Set<string>;
  readonly launchPeaks: Map<string, number>;
  /** Likewise of a GPU's memory. */
  readonly launchGpuPeaks: Map<string, number>;
  /** What trials took of GPUs and of this host beside what was declared of them. */
  readonly memories: { readonly gpu: Memories; readonly host: Memories };
  /** Ended, and it may turn out that it ran out of memory: no other of its shape starts before that is known. */
  readonly suspects: Set<HeldAttempt>;
  /** Of shapes of which nothing was leased since: whoever leases after that has heard of it. */
  readonly outgrown: Outgrown;
  /** Shares of a GPU's time that trials keep busy that have it to themselves, by shape. */
  readonly busies: Map<string, number>;
  /** Shares of a GPU's power above idle that trials draw, by shape, and the most of each launch. */
  readonly draws: Map<string, number>;
  readonly launchDraws: Map<string, number>;
  /** Ends that are acknowledged: a lease of theirs that comes again starts nothing. */
  readonly forgotten: Set<string>;
  /** Attempts in a row that did not start, why the last did not, and when the next may be tried. */
  setbacks: { readonly count: number; readonly because: string; readonly until: number };
  /** Starts that no writer was told of yet, and since when the first of them waits. */
  readonly untold: Set<string>;
  untoldSince: number;
  readonly claims: ClaimsState;
  readonly use: UseState;
  /** When figures were sent last, and which rules then held the heads of the queues. */
  told: { readonly at: number; readonly holds: string };
  /** When this agent did something last while attempts ran; null where none did. */
  ranAt: number | null;
}

/** What the agents of several accounts tell each other of their trials on this host. Volatile, as their use is. */
export interface ClaimsState {
  /** Of other accounts, as they were read last. */
  others: readonly OthersClaim[];
  /** Why they cannot be told of ours, or cannot be heard; null where they can. */
  untold: string | null;
  /** Said to the others, not started yet: whether it may is known once their claims were read after that. */
  announced: Announced | null;
  /** How often ours were said, and how many of those came before the last reading of the others'. */
  said: number;
  read: number;
  /** Ours as they were said last, and when. */
  text: string;
  saidAt: number;
  /** What other accounts tell of themselves. */
  accounts: readonly OthersAccount[];
  /** Devices that are left to one of them for a moment. */
  readonly left: Map<string, Left>;
  /** Until when a device is not left to an account once more: by both (others-turn.ts). */
  readonly passedOver: Map<string, number>;
}

export interface Left extends LeftTo {
  readonly since: number;
  /** How many trials that account had started. */
  readonly started: number;
}

/** What was used of this host of late, so that each has its turn. */
export interface UseState {
  /** By this account, as others are told. */
  used: Used;
  /** By accounts (use.ts, `us` among them), ledgers and sweeps, as it counts between them. */
  gpus: Turns;
  cores: Turns;
  ledgers: Turns;
  sweeps: Turns;
  /** What other accounts have said last. */
  readonly heard: Map<string, { readonly coreSeconds: number; readonly at: number }>;
  /** Trials that were started here. */
  started: number;
  /** When it was kept last, by the host's clock; and the wall clock of the record that it came from, in ms since 1970. */
  keptAt: number;
  recordedAt: number | null;
  /** The wall clock is ahead of the host's by so much. */
  wallOffsetMs: number;
}

export interface Announced {
  readonly attempt: string;
  readonly device: string;
  readonly at: number;
  /** Which of the times that ours were said was the first with it. */
  readonly said: number;
}

/** What the agent watches of a GPU. */
export interface GpuWatch {
  /** Which marks it is above, or not yet down from. */
  held: HeldMarks;
  /** The least that it was seen to take; null where the driver does not tell. */
  idleWatts: number | null;
  /** Since when somebody else computes there; null where nobody does. */
  othersSince: number | null;
  /** When a trial of ours was suspended there, or went on, last. */
  relievedAt: number;
}

/** One ledger's share of the agent. */
export interface LedgerSide {
  readonly ledger: string;
  /** Whose it is and where it lies, for people; empty before its first writer. */
  owner: string;
  /** The highest term that a writer has shown. */
  term: number;
  /** Connection of the writer; null while there is none. */
  writer: number | null;
  /** What the writer's inventory caps on this host, and what the guard makes of it. */
  caps: HostLimits;
  limits: Limits;
  /** What it says of this host besides. */
  settings: HostSettings;
  /** What the lab has learned of shapes since they were leased here. */
  readonly expected: Map<string, Expected>;
  /** Attempts that have not started, in the order of their leases. */
  readonly waiting: Set<string>;
  /** In the order in which they start (queue.ts); null where that is to be found out anew. */
  queue: readonly QueuePart[] | null;
  /** By sweep, which start of this host was its last. */
  readonly served: Map<string, number>;
  /** How far this host is with what each launch needs; of those that have come in this life of the agent. */
  readonly preparations: Map<string, Preparation>;
  /** Values of each launch's `passEnv`. In memory alone: what is not written cannot be found. */
  readonly passed: Map<string, Readonly<Record<string, string>>>;
}

/** greeted by `hello`; a writer is `reconciled` once it said what it has committed. */
type Connection =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reader'; readonly ledger: string }
  | { readonly kind: 'writer'; readonly ledger: string; readonly reconciled: boolean };

/** An attempt from its lease until its end is acknowledged. */
export interface HeldAttempt {
  readonly ledger: string;
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

/** What this host was known to bear when its agent began, and what it had kept of the boot before. */
export interface Recalled {
  readonly ceiling: Ceiling;
  /** In ms since 1970. */
  readonly at: number;
  readonly before: BootBefore | null;
  /** Whether the boot before ended in order. */
  readonly hasLeft: boolean;
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
