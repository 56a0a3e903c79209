import type { FromAgent } from '../../protocol/messages.ts';
import { apply } from './apply.ts';
import type { Instruction } from './instruction.ts';
import type { JournalRecord } from './journal-record.ts';
import type { WorkerState } from './state.ts';

/** One event being turned into instructions. */
export class Turn {
  readonly state: WorkerState;
  readonly now: number;
  readonly instructions: Instruction[] = [];
  /** Instructions that can wait until the next attempt is on its way. */
  readonly #later: Instruction[] = [];

  constructor(state: WorkerState, now: number) {
    this.state = state;
    this.now = now;
  }

  /** The only way to a lasting change: it goes to the journal and into the state, by the reducer that replays it. */
  commit(record: JournalRecord): void {
    this.instructions.push({ kind: 'journal', record });
    apply(this.state, record);
  }

  instruct(instruction: Instruction): void {
    this.instructions.push(instruction);
  }

  instructLater(instruction: Instruction): void {
    this.#later.push(instruction);
  }

  /** To the writer of a ledger; dropped where there is none, since `state` tells it all when it comes. */
  tell(ledger: string, message: FromAgent): void {
    const connection = this.state.ledgers.get(ledger)?.writer ?? null;
    if (connection !== null) this.instruct({ kind: 'send', connection, message });
  }

  finish(): Instruction[] {
    this.instructions.push(...this.#later);
    return this.instructions;
  }
}
