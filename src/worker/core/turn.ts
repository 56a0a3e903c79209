import type { LedgerId } from '../../model/ids.ts';
import { Turn } from '../../model/turn.ts';
import type { FromAgent } from '../../protocol/messages.ts';
import { apply } from './apply.ts';
import type { Effect, Instruction } from './instruction.ts';
import type { JournalRecord } from './journal-record.ts';
import type { WorkerState } from './state.ts';

/** A turn of an agent. */
export class WorkerTurn extends Turn<JournalRecord, Effect> {
  readonly state: WorkerState;
  readonly now: number;
  /** Effects that can wait until the next attempt is on its way. */
  readonly #later: Effect[] = [];

  constructor(state: WorkerState, now: number) {
    super((record) => apply(state, record));
    this.state = state;
    this.now = now;
  }

  instructLater(effect: Effect): void {
    this.#later.push(effect);
  }

  /** To the writer of a ledger; dropped where there is none, since `state` tells it all when it comes. */
  tell(ledger: LedgerId, message: FromAgent): void {
    const connection = this.state.ledgers.get(ledger)?.writer ?? null;
    if (connection !== null) this.instruct({ kind: 'send', connection, message });
  }

  instructions(): readonly Instruction[] {
    const effects = [...this.effects, ...this.#later];
    return this.facts.length === 0 ? effects : [{ kind: 'commit', records: this.facts }, ...effects];
  }
}
