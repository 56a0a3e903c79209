import type { Command } from '../../coordinator/core/command.ts';
import type { SweepName, TrialId } from '../../model/ids.ts';
import type { Lab } from '../lab/lab.ts';
import type { Interrupt } from './interrupt.ts';
import type { RunReporter } from './run-reporter.ts';

/** A sweep whose end is waited for. */
export interface Awaited {
  readonly sweep: SweepName;
  /** Of a smaller run its trials; null: all of the sweep that were asked for. */
  readonly trials: ReadonlySet<TrialId> | null;
}

/** What is to be run, and where. */
export interface RunOrder {
  readonly folder: string;
  /** The content store. */
  readonly store: string;
  readonly lab: Lab;
  /** What the command waits for, one after the other, and what brings it about. */
  readonly awaited: readonly Awaited[];
  readonly command: Command;
  readonly breakLock: boolean;
  /** It would train on GPUs if the engine for them were installed: said once where hosts have some. */
  readonly lacksGpuEngine: boolean;
  /** Nothing of it outlives the command: Ctrl-C ends its trials, and no ledger is there to look into afterwards. */
  readonly foreground: boolean;
  /** Nobody looks at it: it goes on with whatever it is handed, and leaves the ledger to whoever has it already. */
  readonly isDetached: boolean;
}

/** The same with those who hear of it and may end it. */
export interface RunRequest extends RunOrder {
  /** Begins to listen for a wish to end, where the run can follow it. */
  readonly onInterrupt: () => Interrupt;
  readonly reporterOf: (sweep: SweepName) => RunReporter;
}
