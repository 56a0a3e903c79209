import type { Command } from '../coordinator/core/command.ts';
import type { Lab } from './lab.ts';
import type { RunReporter } from './run-reporter.ts';

export interface RunRequest {
  readonly folder: string;
  /** The content store. */
  readonly store: string;
  readonly lab: Lab;
  /** The sweep whose end is waited for, and what brings it about. */
  readonly sweep: string;
  readonly command: Command;
  readonly breakLock: boolean;
  /** Nothing of it outlives the command: Ctrl-C ends its trials, and no ledger is there to look into afterwards. */
  readonly foreground: boolean;
  readonly reporter: RunReporter;
}
