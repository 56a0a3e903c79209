/** What the core wants done: plain data, carried out in order, the records on disk before all that follows. */
import type { ContentHash, LaunchId, LedgerId } from '../../model/ids.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { HostSettings } from '../../model/inventory/inventory.ts';
import type { Launch } from '../../model/launch.ts';
import type { FileFolder, FromAgent, Lease, ToAgent } from '../../protocol/messages.ts';
import type { Ceiling, Moment } from '../../model/ceiling.ts';
import type { OurAccount, OurClaim } from './claims.ts';
import type { ProcessIdentity } from './held-attempt.ts';
import type { JournalRecord, Offsets } from './journal-record.ts';
import type { Surroundings } from './preparation.ts';

/** STOP and CONT: it stands still, and goes on. */
export type SignalName = 'TERM' | 'KILL' | 'STOP' | 'CONT';

export type Instruction = { readonly kind: 'commit'; readonly records: readonly JournalRecord[] } | Effect;

export type Effect =
  /** Answered by `spawned` or `spawn-failed`, later by `exited`. */
  | {
      readonly kind: 'spawn';
      readonly lease: Lease;
      readonly launch: Launch;
      readonly surroundings: Surroundings;
    }
  /** Say ours to the other accounts in place of what was said before, then read theirs. Answered by `claims-read`. */
  | {
      readonly kind: 'claim';
      readonly said: number;
      readonly claims: readonly OurClaim[];
      readonly account: OurAccount;
    }
  /** Make what a launch needs on this host, if it is not there. Answered by `prepared`. */
  | {
      readonly kind: 'prepare';
      readonly ledger: LedgerId;
      readonly launch: LaunchId;
      readonly spec: Launch;
      readonly settings: HostSettings;
      readonly wheels: ContentHash | null;
    }
  /**
   * An attempt that another agent started: find it (by its mark in the environment where `process` is null).
   * Answered by `spawned`, or by `exited` where it is gone.
   */
  | {
      readonly kind: 'adopt';
      readonly lease: Lease;
      readonly launch: Launch;
      readonly process: ProcessIdentity | null;
      readonly offsets: Offsets;
    }
  /** To all processes of the attempt. */
  | { readonly kind: 'signal'; readonly attempt: string; readonly signal: SignalName }
  /** What the host carries, for who comes after a crash; at once on the disk. */
  | { readonly kind: 'keep-moments'; readonly moments: readonly Moment[] }
  | { readonly kind: 'keep-ceiling'; readonly ceiling: Ceiling }
  /**
   * Read what an attempt left. Answered by `gathered`. `hasResult`: it has reported the objective, so that nothing is
   * looked for in what it printed.
   */
  | {
      readonly kind: 'gather';
      readonly lease: Lease;
      readonly launch: Launch;
      readonly offsets: Offsets;
      readonly hasResult: boolean;
    }
  /** Remove what it made, checkpoint and log aside: its disk is full. */
  | { readonly kind: 'discard'; readonly attempt: string }
  /** Hold the artifacts of an end against their hashes. Answered by `verified`. */
  | { readonly kind: 'verify'; readonly attempt: string; readonly end: AttemptEnd }
  /** The trial has its result: its checkpoint is of no use any more. */
  | { readonly kind: 'drop-checkpoint'; readonly trial: string }
  | { readonly kind: 'send'; readonly connection: number; readonly message: FromAgent }
  /** Send an end, with those of its artifacts that are small enough. */
  | {
      readonly kind: 'send-end';
      readonly connection: number;
      readonly attempt: string;
      readonly end: AttemptEnd;
    }
  | { readonly kind: 'close'; readonly connection: number }
  | { readonly kind: 'check-content'; readonly connection: number; readonly hash: ContentHash }
  | {
      readonly kind: 'unpack';
      readonly connection: number;
      readonly hash: ContentHash;
      readonly path: string;
    }
  | {
      readonly kind: 'check-launch';
      readonly connection: number;
      readonly asked: Extract<ToAgent, { kind: 'check-launch' }>;
    }
  /** Nobody waits for what is being checked for this connection. */
  | { readonly kind: 'end-checks'; readonly connection: number }
  | {
      readonly kind: 'read-log';
      readonly connection: number;
      readonly attempt: string;
      readonly offset: number;
      readonly ended: boolean;
    }
  | {
      readonly kind: 'read-file';
      readonly connection: number;
      readonly of: FileFolder;
      readonly path: string;
      readonly offset: number;
    }
  | { readonly kind: 'list-checkpoint'; readonly connection: number; readonly trial: string }
  /** Answered by `checkpoint-unpacked`. */
  | {
      readonly kind: 'unpack-checkpoint';
      readonly connection: number;
      readonly trial: string;
      readonly hash: ContentHash;
      readonly path: string;
    }
  /** Put what was unpacked in the place of the trial's own, and say so; or throw it away. */
  | { readonly kind: 'place-checkpoint'; readonly connection: number; readonly trial: string }
  | { readonly kind: 'discard-checkpoint'; readonly trial: string };
