/** All that an agent decides on. Changed by `transition` alone; the state handed in is spent. */
import type { AttemptId, LaunchId, LedgerId } from '../../model/ids.ts';
import type { Launch } from '../../model/launch.ts';
import type { HostFacts } from '../../protocol/messages.ts';
import type { Evidence, MeasuredFigures } from './event.ts';
import type { GpuWatch } from './gpu-watch.ts';
import type { HeldAttempt } from './held-attempt.ts';
import type { LedgerSide } from './ledger-side.ts';
import type { BootBefore, Ceiling, Moment } from '../../model/ceiling.ts';
import type { OthersClaim } from '../../throttle/host-load.ts';
import type { HostMarks } from '../../throttle/host-marks.ts';
import type { Outgrown } from '../../model/result/outgrown.ts';
import type { Memories } from '../../predict/memory.ts';
import type { LeftTo, OthersAccount, Turns, Used } from '../../throttle/turns.ts';

/** Times are milliseconds of the host's monotonic clock, whose zero is its boot: they mean nothing after another. */
export interface WorkerState {
  facts: HostFacts;
  /** The boot in which the journal's last attempts were started; null before the first record. */
  bootId: string | null;
  /** The agent of that boot was asked to end: what was lost then, no crash took. */
  hasLeft: boolean;
  /** In the order in which they are served; the one that started an attempt goes to the end. */
  readonly ledgers: Map<LedgerId, LedgerSide>;
  readonly launches: Map<LaunchId, Launch>;
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
  readonly forgotten: Set<AttemptId>;
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

/** greeted by `hello`; a writer is `reconciled` once it said what it has committed. */
type Connection =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'reader'; readonly ledger: LedgerId }
  | { readonly kind: 'writer'; readonly ledger: LedgerId; readonly reconciled: boolean };

/** What this host was known to bear when its agent began, and what it had kept of the boot before. */
export interface Recalled {
  readonly ceiling: Ceiling;
  /** In ms since 1970. */
  readonly at: number;
  readonly before: BootBefore | null;
  /** Whether the boot before ended in order. */
  readonly hasLeft: boolean;
}
