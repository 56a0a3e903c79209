/** What the events of a ledger amount to. Built by `fold` alone; everybody else reads. */
import type { AttemptEnd } from '../model/result/attempt-end.ts';
import type { AttemptId, HostName, LaunchId, LedgerId, SweepName, TrialId } from '../model/ids.ts';
import type { Prediction } from '../model/prediction.ts';
import type { Launch } from '../model/launch.ts';
import type { FilledDisks } from '../model/result/disk-use.ts';
import type { Outgrown } from '../model/result/outgrown.ts';
import type { Objective } from '../model/result/metrics.ts';
import type { ForeignDeclaration, PointDeclaration } from './events.ts';
import type { Standing } from './standing.ts';

export interface LedgerState {
  ledger: LedgerId | null;
  term: number;
  /** Heads the ids of this term's attempts, with their count so far. */
  nonce: string;
  attemptsOfTerm: number;
  /** What the ids of attempts are sealed with; null in a ledger that no coordinator has opened since there are seals. */
  seal: Seal | null;
  readonly sweeps: Map<SweepName, Sweep>;
  readonly launches: Map<LaunchId, Launch>;
  readonly trials: Map<TrialId, Trial>;
  readonly attempts: Map<AttemptId, Attempt>;
  readonly hosts: Map<HostName, HostRecord>;
  /** Artifacts that are to come back and have not yet, by attempt. */
  readonly awaited: Map<AttemptId, Set<string>>;
  /** Why artifacts that were to come back never will, by attempt and path. */
  readonly gone: Map<AttemptId, Map<string, string>>;
  /** Trials without a result that ran when a host went down. */
  readonly shaken: Set<Trial>;
  /** Memories that were too small for a shape, since a person asked to try it again. */
  readonly outgrown: Outgrown;
  /** Likewise disks. */
  readonly filledDisks: FilledDisks;
}

export interface Seal {
  readonly secret: string;
  /** Whether the ledger has had it from its first term: all its attempts are sealed. */
  readonly isWhole: boolean;
}

export interface Sweep {
  readonly name: SweepName;
  /** What runs it is found by its launch, which only a sweep that was declared here has. */
  readonly declaration: ForeignDeclaration;
  readonly declaredAt: number;
  openedAt: number | null;
  /** Nobody declared it here: it is what others have trained of it. */
  readonly isImported: boolean;
  readonly points: PointDeclaration[];
  /** Its trials in the order in which they are best started. */
  readonly order: Trial[];
  /** No trial before this index of `order` is queued: where a plan begins to look. */
  firstQueued: number;
  /** The trials that people have asked for, where smaller runs are all that they asked for; null: all of them. */
  part: ReadonlySet<TrialId> | null;
  readonly counts: Record<TrialStatus['kind'], number>;
  /** Of its trials with a result, those whose result is not finite in this sweep's objective. */
  readonly diverged: Set<TrialId>;
  status: SweepStatus;
}

/** declaring → open ⇄ paused | stopped. Nothing starts unless it is open. */
export type SweepStatus =
  | { readonly kind: 'declaring' }
  | { readonly kind: 'open' }
  | { readonly kind: 'paused'; readonly at: number }
  | {
      readonly kind: 'stopped';
      readonly by: 'person' | 'same-failure';
      readonly because: string;
      readonly at: number;
    };

export interface Trial {
  readonly id: TrialId;
  point: PointDeclaration;
  seed: number;
  /** From 1. */
  readonly replicate: number;
  /** The sweeps that hold it now: one result serves all of them. */
  sweeps: readonly SweepName[];
  attempts: readonly AttemptId[];
  /** Ends that were charged to the trial, and ends that blame nobody. */
  charges: number;
  uncharged: number;
  /** Hosts that went down while it ran there. */
  crashes: readonly TrialCrash[];
  status: TrialStatus;
}

export interface TrialCrash {
  readonly host: HostName;
  readonly crash: HostCrash;
  /** Whether nothing else of labsweep ran there. */
  readonly alone: boolean;
}

/** A host that went down under what ran there. Wall clocks of the coordinator's machine, in ms. */
export interface HostCrash {
  /** When it was learned. */
  readonly at: number;
  /** The last start there before it of which was heard. */
  lastStart: number;
}

export type TrialStatus =
  | { readonly kind: 'queued' }
  /** In a host's backlog, or on its way there. */
  | { readonly kind: 'leased'; readonly attempt: AttemptId }
  | { readonly kind: 'running'; readonly attempt: AttemptId }
  /** The attempt whose result counts. */
  | { readonly kind: 'succeeded'; readonly attempt: AttemptId }
  /** Likewise, where the objective of the attempt's own sweep is NaN or infinite. */
  | { readonly kind: 'diverged'; readonly attempt: AttemptId }
  /**
   * `because`: why it is not tried again, where its attempt's end does not say so. Without an attempt where others of its
   * shape have shown that it fits nowhere.
   */
  | { readonly kind: 'failed'; readonly attempt: AttemptId | null; readonly because: string | null }
  | { readonly kind: 'cancelled'; readonly attempt: AttemptId };

export interface Attempt {
  readonly id: AttemptId;
  readonly number: number;
  readonly trial: TrialId;
  /** On whose behalf it was leased. */
  readonly sweep: SweepName;
  /** The launch that it was leased with: a sweep's declaration may be edited later. */
  readonly launch: LaunchId;
  /** Likewise its point, whose resources may be others later. */
  readonly point: PointDeclaration;
  readonly host: HostName;
  readonly leasedAt: number;
  /** That of its trial when it was leased. */
  readonly priority: number;
  /** Leased to run where nothing else of labsweep does. */
  readonly alone: boolean;
  /** The earlier attempt of the trial that it goes on from, where that left a checkpoint. */
  readonly continues: AttemptId | null;
  /** Why it begins anew though a checkpoint lies elsewhere; null where it does not. */
  readonly anew: string | null;
  /** When it was leased; null where nothing was known, and in ledgers that do not say. */
  readonly predicted: Prediction | null;
  /** Null for an attempt of this ledger. */
  readonly importedFrom: ImportSource | null;
  status: AttemptStatus;
}

/** The ledger that an attempt was leased in. */
export interface ImportSource {
  readonly ledger: LedgerId;
  /** Where it was when its results were taken in, for people. */
  readonly path: string;
  /** Of the sweeps that held its trial there. */
  readonly declarations: readonly ForeignDeclaration[];
  /** On which its best line was chosen; null where nobody said. */
  readonly judgedBy: Objective | null;
}

export type AttemptStatus =
  | { readonly kind: 'leased' }
  | { readonly kind: 'running'; readonly device: string; readonly at: number }
  | { readonly kind: 'taken-back' }
  | { readonly kind: 'ended'; readonly end: AttemptEnd; readonly at: number };

export interface HostRecord {
  readonly name: HostName;
  /** Attempts that are leased to it and have not ended, in the order of their leases. */
  readonly open: Set<AttemptId>;
  /** Those of them that run, as far as that is known. */
  readonly running: Set<AttemptId>;
  /** How often one of these has changed. */
  changes: number;
  /** What these amount to, by the sweep for which they were leased. */
  readonly work: Map<SweepName, OpenWork>;
  /** Since its last success: attempts that did not start there. */
  charges: number;
  /** By launch. */
  standings: Map<string, Standing>;
  quarantine: string | null;
  readonly crashes: HostCrash[];
  /** Why a person wants nothing to start there; null where it may. */
  closed: string | null;
}

export interface OpenWork {
  attempts: number;
  /** Sum of `workOf` (model/work.ts) over them. */
  work: number;
}

export const emptyLedger = (): LedgerState => ({
  ledger: null,
  term: 0,
  nonce: '',
  attemptsOfTerm: 0,
  seal: null,
  sweeps: new Map(),
  launches: new Map(),
  trials: new Map(),
  attempts: new Map(),
  hosts: new Map(),
  awaited: new Map(),
  gone: new Map(),
  shaken: new Set(),
  outgrown: new Map(),
  filledDisks: new Map(),
});
