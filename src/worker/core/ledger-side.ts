/** One ledger's share of the agent: who writes it, what its inventory says of this host, and what of it waits. */
import type { LedgerId } from '../../model/ids.ts';
import { type HostLimits, type HostSettings, noSettings } from '../../model/inventory/inventory.ts';
import type { Expected } from '../../protocol/messages.ts';
import { type Limits, limitsOf, noLimits } from '../../throttle/limits.ts';
import type { Preparation } from './preparation.ts';
import type { QueuePart } from './queue.ts';
import type { WorkerState } from './state.ts';

export interface LedgerSide {
  readonly ledger: LedgerId;
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

/** The share of a ledger, which begins empty when it is heard of first. */
export function ledgerSide(state: WorkerState, ledger: LedgerId): LedgerSide {
  const known = state.ledgers.get(ledger);
  if (known !== undefined) return known;
  const side: LedgerSide = {
    ledger,
    owner: '',
    term: 0,
    writer: null,
    caps: noLimits,
    limits: limitsOf(noLimits),
    settings: noSettings,
    expected: new Map(),
    waiting: new Set(),
    queue: null,
    served: new Map(),
    preparations: new Map(),
    passed: new Map(),
  };
  state.ledgers.set(ledger, side);
  return side;
}
