import type { Leaving } from '../session/sweep/leaving.ts';
import type { Missing } from '../session/sweep/planned-data.ts';
import type { Eta } from '../model/eta.ts';
import type { Prediction } from '../model/prediction.ts';
import type { Params } from '../model/grid/params.ts';

/** `plan --json`: what scripts may rely on. */
export interface Plan {
  readonly sweep: string;
  readonly points: number;
  readonly trials: readonly PlannedTrial[];
  readonly devices: readonly PlannedHost[];
  /** What has to be there before a run, and how it gets there. */
  readonly missing: readonly Missing[];
  /** What `run` would take out of the sweep that the ledger has, after a question or with `--prune`. */
  readonly leaving: Leaving;
  /** Variables of `passEnv` whose values are not hidden where a trial prints them. */
  readonly shown: readonly { readonly name: string; readonly because: string }[];
  /** What lies among the program's files and is neither sent nor counted as one of them. */
  readonly besides: readonly { readonly path: string; readonly what: string }[];
  /** That replicates may all be the same, since the program is not told its seed; null where it is. */
  readonly seedNote: string | null;
  /** Parameters that `{args}` leaves out, since the command passes them under other names; null where there are none. */
  readonly argsNote: string | null;
  /** How trials use what `setup` makes, for a person; null where there is no `setup`. */
  readonly setup: string | null;
  /** Null while nothing of the program has been seen to run. */
  readonly eta: Eta | null;
}

/** A host with what it would take, by what it was when it was seen last. */
export interface PlannedHost {
  readonly host: string;
  readonly off: string | null;
  /** Null where it was never seen. */
  readonly cpus: number | null;
  readonly memoryBytes: number | null;
  /** Null where that is not known. */
  readonly gpus:
    | readonly { readonly index: number; readonly name: string; readonly memoryBytes: number }[]
    | null;
  /** Trials that it would take; null where it was never seen. */
  readonly trials: number | null;
  /** Until it would be through with them; null where nobody knows how long they take. */
  readonly seconds: number | null;
  /** Why it takes none; null where it may. */
  readonly because: string | null;
}

export interface PlannedTrial {
  readonly trial: string;
  readonly params: Params;
  readonly case: string | null;
  /** From 1. */
  readonly replicate: number;
  readonly seed: number;
  /** Trainable parameters of the model; null where the program does not say. */
  readonly parameters: number | null;
  /** Seconds are the mean of those on the hosts that are known. */
  readonly predicted: Prediction;
  /** Whether the ledger has its result already. */
  readonly cached: boolean;
  /** What its result has in place of the metric that the sweep ranks by; null where it has that, or there is no result. */
  readonly lacks: string | null;
}
