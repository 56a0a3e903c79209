/** What can happen to an agent. Every instruction with an outcome comes back as one of these. */
import type { LaunchId, LedgerId } from '../../model/ids.ts';
import type { Artifact, Unlisted } from '../../model/result/attempt-end.ts';
import type { DiskSeen } from '../../model/result/disk-use.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import type { GpuFacts, GpuFigures, HostFacts, HostFigures, ToAgent } from '../../protocol/messages.ts';
import type { BootBefore, Ceiling } from '../../model/ceiling.ts';
import type { OthersClaim } from '../../throttle/host-load.ts';
import type { OthersAccount } from '../../throttle/turns.ts';
import type { ProcessIdentity } from './held-attempt.ts';
import type { JournalRecord, Offsets } from './journal-record.ts';
import type { PreparationResult } from './preparation.ts';

export type WorkerEvent =
  /** A record of the journal, before `booted`; nothing is carried out for it. */
  | { readonly kind: 'replayed'; readonly record: JournalRecord }
  /** The journal is replayed: what the agent is now, in this boot. */
  | { readonly kind: 'booted'; readonly facts: HostFacts }
  /** What the host has of earlier boots (null for none) and of other accounts. */
  | {
      readonly kind: 'recalled';
      readonly ceiling: Ceiling;
      readonly others: readonly Ceiling[];
      readonly before: BootBefore | null;
      /** Now, in ms since 1970. */
      readonly at: number;
    }
  | { readonly kind: 'opened'; readonly connection: number }
  | { readonly kind: 'closed'; readonly connection: number }
  | { readonly kind: 'message'; readonly connection: number; readonly message: ToAgent }
  /** Its process runs: just started, or found again after a restart of the agent. */
  | {
      readonly kind: 'spawned';
      readonly attempt: string;
      /** Null for what was found again. */
      readonly at: number | null;
      readonly process: ProcessIdentity;
      readonly oomKills: number | null;
    }
  /** `prepare` takes long: what goes on, for people. */
  | {
      readonly kind: 'preparing';
      readonly ledger: LedgerId;
      readonly launch: LaunchId;
      readonly doing: string;
    }
  /** What came of `prepare`. */
  | {
      readonly kind: 'prepared';
      readonly ledger: LedgerId;
      readonly launch: LaunchId;
      readonly result: PreparationResult;
    }
  | { readonly kind: 'spawn-failed'; readonly attempt: string; readonly outcome: Outcome }
  /** It was asked to start, has not, and never will: nothing of it is left. */
  | { readonly kind: 'never-started'; readonly attempt: string }
  /** What starts trials is gone, and with it what it was asked for. */
  | { readonly kind: 'launcher-lost' }
  /** Every process of it is gone. `oomKills`: those of the kernel by then; null where nobody looked. */
  | { readonly kind: 'exited'; readonly attempt: string; readonly oomKills: number | null }
  | {
      readonly kind: 'lines';
      readonly attempt: string;
      readonly lines: readonly MetricsLine[];
      /** As of `Batch` (kept-lines.ts). */
      readonly standing: readonly MetricsLine[] | null;
      readonly offsets: Offsets;
    }
  | { readonly kind: 'gathered'; readonly attempt: string; readonly evidence: Evidence }
  /** What came of `unpack-checkpoint`; null where all of it is there. */
  | {
      readonly kind: 'checkpoint-unpacked';
      readonly connection: number;
      readonly trial: string;
      readonly problem: string | null;
    }
  /** Whether the artifacts of an end that another boot sealed are there as they were. */
  | { readonly kind: 'verified'; readonly attempt: string; readonly intact: boolean }
  | { readonly kind: 'sampled'; readonly figures: MeasuredFigures; readonly shares: readonly MeasuredShare[] }
  /** It was time for a sample, and there is none: for people. */
  | { readonly kind: 'not-sampled'; readonly because: string }
  /** What other accounts claim, read after ours were said so often. */
  | {
      readonly kind: 'claims-read';
      readonly said: number;
      readonly others: readonly OthersClaim[];
      readonly accounts: readonly OthersAccount[];
      /** Why others cannot be told of ours, or cannot be heard; null where they can. */
      readonly untold: string | null;
    }
  /** The login environment was read, or could not be: what trials have instead. */
  | { readonly kind: 'environment-read'; readonly problem: string | null }
  /** The driver's tool was heard, or failed in another way than before. */
  | {
      readonly kind: 'gpus-found';
      readonly gpus: readonly GpuFacts[] | null;
      readonly problem: string | null;
      readonly broken: boolean;
    }
  /** What it says now is the last that it says. */
  | { readonly kind: 'asked-to-end' }
  | { readonly kind: 'tick' };

/** The host's part of the figures: what the core adds is what it knows itself. */
export type MeasuredFigures = Omit<
  HostFigures,
  'cpusTaken' | 'running' | 'gpus' | 'room' | 'ceiling' | 'still' | 'lastOnes' | 'lost'
> & {
  readonly gpus: readonly MeasuredGpu[];
  /** As of `HostFacts`. */
  readonly memoryOfGroup: boolean;
};

export type MeasuredGpu = Omit<
  GpuFigures,
  'running' | 'oursBytes' | 'room' | 'othersProcesses' | 'strangers' | 'others'
> & {
  /** Its processes that are not ours. */
  readonly others: readonly OtherProcess[];
  /** Whether its processes are told apart: in some containers the driver lists none, or by numbers of another place. */
  readonly listsProcesses: boolean;
};

export interface OtherProcess {
  /** Null where this host does not say. */
  readonly user: string | null;
  /** It is of a trial that this account's agent has claimed room for. */
  readonly isClaimed: boolean;
  /** Since it computed last, as far as that was seen. */
  readonly idleMs: number;
}

/** What the processes of one attempt took, at a sample. */
export interface MeasuredShare {
  readonly attempt: string;
  /** CPU time of all its processes so far, in milliseconds. */
  readonly cpuMs: number;
  readonly memoryBytes: number;
  /** Of GPUs, as far as its processes are listed there. */
  readonly gpuMemoryBytes: number;
  /** When the leader of its session started; null where that is not known. */
  readonly startTime: number | null;
  /** All of its processes are stopped (SIGSTOP). */
  readonly suspended: boolean;
  /** It has left something in its checkpoint folder. */
  readonly hasCheckpoint: boolean;
}

/** What an attempt left on the host when its processes were gone. */
export interface Evidence {
  /** The status that the wrapper recorded; null where it could not any more. */
  readonly exit: number | null;
  /** What its program has put in the place of a file that is read of it, in a sentence; null where all are files. */
  readonly misplaced: string | null;
  /** How long it ran by its files' times, for an end that no agent saw; null where the agent saw it. */
  readonly ranMs: number | null;
  /** A line of its files that is longer than lines are read, in a sentence: it may have been the result. Null: none. */
  readonly overlong: string | null;
  /** Why a metric may be missing, as the end of a sentence; null where nothing is known of it. */
  readonly hint: string | null;
  /** What had not been read of its metrics lines. */
  readonly lines: readonly MetricsLine[];
  /** As of `Batch` (kept-lines.ts). */
  readonly standing: readonly MetricsLine[] | null;
  readonly offsets: Offsets;
  /** The JSON objects that it printed: its results, where nothing that it reported has the objective. */
  readonly printed: readonly MetricsLine[];
  readonly oomKills: number | null;
  /** Nothing was left of the disk when it ended. */
  readonly diskFull: boolean;
  /** Where it failed for want of disk space; null where it did not, or nobody saw it begin. */
  readonly disk: DiskSeen | null;
  readonly artifacts: readonly Artifact[];
  readonly unlisted: readonly Unlisted[] | null;
  /** What it left for the trial's next attempt; null where its program came to its end. */
  readonly checkpointBytes: number | null;
  /** The last lines of its log. */
  readonly logTail: string;
}
