import type { LedgerState } from '../../ledger/state.ts';
import type { AttemptId, HostName, SweepName, TrialId } from '../../model/ids.ts';
import type { BusyShares } from '../../predict/busy.ts';
import type { Durations } from '../../predict/duration.ts';
import type { Memories } from '../../predict/memory.ts';
import type { FleetHost } from './fleet-host.ts';

/** All that the coordinator decides on. Changed by `transition` alone; the state handed in is spent. */
export interface CoordinatorState {
  readonly ledger: LedgerState;
  readonly fleet: Map<HostName, FleetHost>;
  /** How often what is expected of trials has changed. */
  learned: number;
  readonly durations: Durations;
  readonly busyShares: BusyShares;
  readonly memories: { readonly gpu: Memories; readonly host: Memories };
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
  /** By that clock, when hosts were told last what to expect of trials. */
  toldExpectationsAtMs: number;
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

export interface EarlyFailure {
  readonly trial: TrialId;
  readonly host: HostName;
  /** Equal for failures of one cause. */
  readonly signature: string;
}
