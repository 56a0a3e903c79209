import type { LedgerState } from '../../ledger/state.ts';
import type { AttemptId, HostName, SweepName, TrialId } from '../../model/ids.ts';
import type { HostLimits } from '../../model/inventory.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { Durations } from '../../predict/duration.ts';
import type { HostFacts, HostFigures, Holding } from '../../protocol/messages.ts';

/** All that the coordinator decides on. Changed by `transition` alone; the state handed in is spent. */
export interface CoordinatorState {
  readonly ledger: LedgerState;
  readonly fleet: Map<HostName, FleetHost>;
  readonly durations: Durations;
  /** Metrics lines in the ledger, of attempts that have not ended: where an agent goes on after a cut. */
  readonly committedLines: Map<AttemptId, number>;
  /** Ends that are in this turn's commit, by the host that waits for the word. */
  readonly unacknowledged: Map<HostName, AttemptId[]>;
  /** Failures of sweeps without a result yet (early-failure.ts). */
  readonly firstFailures: Map<SweepName, EarlyFailure[]>;
  /** When the first host was ready for a sweep (wall clock in ms), and the ends seen from each by then. */
  readonly ready: Map<SweepName, FirstReady>;
  /** By whose they are: checkpoints on other hosts than their own, since the last attempt of their trial has ended. */
  readonly carries: Map<AttemptId, Map<HostName, Carried>>;
  /** The sweeps that somebody asked this coordinator for, or trials of them; null: all. Nothing else is leased. */
  readonly asked: Map<SweepName, ReadonlySet<TrialId> | null>;
  /** Time in which this coordinator ran, since it began (awake.ts): what waits for a while waits by this clock. */
  awakeMs: number;
  /** By `awakeMs`, since when an attempt runs, as far as this coordinator has heard of it. */
  readonly runsSince: Map<AttemptId, number>;
  /** What is wrong with the inventory as it was edited last, with its place; null where it is in force. */
  inventoryProblem: string | null;
}

export interface FirstReady {
  readonly at: number;
  readonly ended: ReadonlyMap<HostName, number>;
}

/** @param now wall clock in ms */
export const readyNow = ({ fleet }: CoordinatorState, now: number): FirstReady => ({
  at: now,
  ended: new Map([...fleet.values()].map(({ name, ended }) => [name, ended])),
});

/** How far a checkpoint is with a host. */
export type Carried =
  | { readonly kind: 'on-its-way'; readonly from: HostName }
  | { readonly kind: 'there' }
  /** It cannot come there; of its own host: it cannot be taken from there. */
  | { readonly kind: 'left'; readonly because: string };

/** A host of the inventory and what this coordinator knows of it now. Nothing here outlives the coordinator. */
export interface FleetHost {
  readonly name: HostName;
  labels: readonly string[];
  limits: HostLimits;
  /** Why nothing is to start there, by the inventory; null where it may. */
  off: string | null;
  /** Whether the inventory has it still; who was taken out of it is forgotten once nothing of ours is there. */
  isListed: boolean;
  /** This machine itself: that it answers says nothing of the network. */
  readonly isHere: boolean;
  /** Silence after which what it holds may start elsewhere; null where the inventory does not say. */
  lostAfterMs: number | null;
  link: HostLink;
  /** What is being done to make it ready, for people; null where nothing is known to be. */
  doing: string | null;
  /** Why what runs there ends with the connection, as of the last one; null where it does not. */
  endsWithLogin: string | null;
  /** What each launch needs on this host. */
  readonly launches: Map<string, LaunchState>;
  /** By launch, since its last success: attempts that did not start there for what the launch lacks. */
  readonly failedStarts: Map<string, number>;
  /** Ends seen from it in this term. */
  ended: number;
  /** Attempts that it was asked to give back and has not answered for. */
  readonly asked: Set<AttemptId>;
  /** Since when something else than its own trials holds back what waits there; wall clock in ms, null where nothing does. */
  heldSince: number | null;
  /** When it said something last, by `awakeMs`; null where it has not since this coordinator was stopped, or at all. */
  heardAtMs: number | null;
  /** For how long it cannot be reached; null where it was not tried yet, or is connected. */
  away: Away | null;
  /** The other entry of the inventory that has this machine and its agent; null where none has. */
  twin: HostName | null;
  /** Why its agent does nothing, in its own words; null where it works. */
  stuck: string | null;
  /** How often it was left out since a person trusted it, or failed when it was tried again. */
  lapses: number;
  /** Trials without a retry left that were queued once more, to tell whether it was its fault that they failed. */
  readonly witnesses: Set<TrialId>;
  /** By `awakeMs`, when it is tried again that is left out; null where it is not, or where a person has to mend why. */
  dueAtMs: number | null;
  /** Trials that were seen to leave a checkpoint there and have no result. */
  readonly checkpoints: Set<TrialId>;
}

/** Since the first try in vain, or the cut; each in time in which this coordinator ran. */
export interface Away {
  /** Whether this coordinator had reached it before. */
  readonly wasThere: boolean;
  readonly ms: number;
  /** Of it, until the last try in vain, with other hosts heard: it is the host that is silent, not our network. */
  readonly silentMs: number;
  /** Likewise, since that try: the next one tells whether it was silence. */
  readonly unprovenMs: number;
  /** Since the last try in vain. */
  readonly sinceTryMs: number;
  /** Whether it is tried again by itself. */
  readonly isTried: boolean;
}

/** left ⇄ connecting → reconciling (its agent answered) → ready (it said what it holds) → connecting … */
export type HostLink =
  /** Nothing may start there, and nothing of ours is there (visits.ts): it is not connected. */
  | { readonly kind: 'left' }
  | { readonly kind: 'connecting'; readonly because: string | null }
  | { readonly kind: 'reconciling'; readonly facts: HostFacts }
  | {
      readonly kind: 'ready';
      readonly facts: HostFacts;
      readonly figures: HostFigures | null;
      readonly holds: readonly Hold[];
      /** What other ledgers have there. */
      readonly others: readonly Holding[];
    };

export interface Hold {
  readonly attempt: AttemptId;
  readonly refusals: readonly Refusal[];
}

export type LaunchState =
  | { readonly kind: 'preparing' }
  /** `note`: what a person should know of how it was made; null where that is nothing. */
  | { readonly kind: 'ready'; readonly note: string | null }
  | { readonly kind: 'refused'; readonly problem: string; readonly logTail: string };

export interface EarlyFailure {
  readonly trial: TrialId;
  readonly host: HostName;
  /** Equal for failures of one cause. */
  readonly signature: string;
}
