/** An attempt that another agent has started, or was about to: whether its process is there. */
import type { ProcessIdentity } from '../core/held-attempt.ts';
import { preventStart } from '../spool/exit-record.ts';
import type { RunFolder } from '../spool/host-folder.ts';
import type { ProcessTable } from '../telemetry/process-table.ts';
import { isSameProcess, type Sessions } from './session.ts';

export type Found =
  | { readonly kind: 'running'; readonly process: ProcessIdentity }
  /** It has not started, and never will. */
  | { readonly kind: 'never-started' }
  | { readonly kind: 'gone' };

export class FoundAgain {
  readonly #table: ProcessTable;
  readonly #sessions: Sessions;

  constructor(table: ProcessTable, sessions: Sessions) {
    this.#table = table;
    this.#sessions = sessions;
  }

  /** @param process as a journal has it; null where it says only that it was asked to start */
  find(attempt: string, run: RunFolder, process: ProcessIdentity | null): Found {
    // What was asked to start may start still, between two looks: not once that was prevented.
    const seen = this.#identify(attempt, run, process);
    const isPrevented = seen === null && preventStart(run);
    const found = isPrevented ? null : (seen ?? this.#identify(attempt, run, process));
    if (found !== null && isSameProcess(found)) return { kind: 'running', process: found };
    return { kind: isPrevented && process === null ? 'never-started' : 'gone' };
  }

  /** What no sample has seen is known by its mark, where marks can be read. */
  #identify(attempt: string, run: RunFolder, process: ProcessIdentity | null): ProcessIdentity | null {
    if (process !== null && (process.startTime !== null || !this.#table.isReadable)) return process;
    return this.#sessions.findWrapper(attempt, run.exit);
  }
}
