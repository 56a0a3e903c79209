/** All that is known of a trial: `show --json` as it is, and what `show` renders. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { artifactsFolder } from '../coordinator/artifacts-folder.ts';
import { hasResult } from '../ledger/results.ts';
import type { Attempt, LedgerState, Trial, TrialStatus } from '../ledger/state.ts';
import type { Artifact, AttemptEnd, Unlisted } from '../model/result/attempt-end.ts';
import type { Prediction } from '../model/prediction.ts';
import type { Params } from '../model/grid/params.ts';
import { leftTexts } from './left-artifacts.ts';
import { attemptsOf } from './trial-record.ts';

export interface TrialDocument {
  readonly trial: string;
  readonly state: TrialStatus['kind'];
  readonly sweeps: readonly string[];
  readonly params: Params;
  readonly case: string | null;
  /** The model's trainable count. */
  readonly parameters: number | null;
  readonly replicate: number;
  readonly seed: number;
  readonly attempts: readonly AttemptDocument[];
}

export interface AttemptDocument {
  readonly attempt: string;
  readonly number: number;
  readonly host: string;
  /** Where it was trained, if not for this ledger. */
  readonly ledger: { readonly id: string; readonly path: string } | null;
  /** The earlier attempt that it goes on from, where that left a checkpoint. */
  readonly continues: string | null;
  /** Why it begins anew though a checkpoint lies elsewhere; null where it does not. */
  readonly anew: string | null;
  readonly device: string | null;
  readonly state: Attempt['status']['kind'];
  /** Whether its result is the trial's. */
  readonly counts: boolean;
  readonly outcome: AttemptEnd['outcome'] | null;
  /** Whether it did not end when it was asked to, and was killed. */
  readonly killed: boolean;
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakMemoryBytes: number | null;
  readonly peakGpuMemoryBytes: number | null;
  /** What of these was expected when it was leased; null where nothing was known. */
  readonly predicted: Prediction | null;
  readonly best: AttemptEnd['best'];
  readonly final: AttemptEnd['final'];
  readonly metricsCount: number;
  /** What the program reported, of which so many lines are kept; null where that is not known. */
  readonly metricsRead: number | null;
  /** `file`: where it lies on this machine; null where it is on its host only. */
  readonly artifacts: readonly (Artifact & { readonly file: string | null })[];
  /** How many of its artifacts are not among these, and why. */
  readonly unlisted: readonly Unlisted[];
  /** What did not come back of all that its sweep asks for, in sentences. */
  readonly left: readonly string[];
  readonly logTail: string;
}

/** @param folder the state folder */
export function trialDocument(state: LedgerState, trial: Trial, folder: string): TrialDocument {
  const { id, status, sweeps, point, replicate, seed } = trial;
  return {
    trial: id,
    state: status.kind,
    sweeps,
    params: point.params,
    case: point.case,
    parameters: point.parameters,
    replicate,
    seed,
    attempts: attemptsOf(state, trial).map((attempt) => attemptDocument(state, trial, attempt, folder)),
  };
}

function attemptDocument(
  state: LedgerState,
  { status: trial }: Trial,
  attempt: Attempt,
  folder: string,
): AttemptDocument {
  const { status } = attempt;
  const end = status.kind === 'ended' ? status.end : null;
  return {
    attempt: attempt.id,
    number: attempt.number,
    host: attempt.host,
    ledger:
      attempt.importedFrom === null
        ? null
        : { id: attempt.importedFrom.ledger, path: attempt.importedFrom.path },
    continues: attempt.continues,
    anew: attempt.anew,
    device: status.kind === 'running' ? status.device : (end?.device ?? null),
    state: status.kind,
    counts: hasResult(trial) && trial.attempt === attempt.id,
    outcome: end?.outcome ?? null,
    killed: end?.killed === true,
    seconds: end?.seconds ?? null,
    cpuSeconds: end?.cpuSeconds ?? null,
    peakMemoryBytes: end?.peakMemoryBytes ?? null,
    peakGpuMemoryBytes: end?.peakGpuMemoryBytes ?? null,
    predicted: attempt.predicted,
    best: end?.best ?? null,
    final: end?.final ?? null,
    metricsCount: end?.metricsCount ?? 0,
    metricsRead: end?.metricsRead ?? null,
    artifacts: (end?.artifacts ?? []).map((artifact) => {
      const file = join(artifactsFolder(folder, attempt.id), artifact.path);
      return { ...artifact, file: existsSync(file) ? file : null };
    }),
    unlisted: end?.unlisted ?? [],
    left: leftTexts(state, attempt),
    logTail: end?.logTail ?? '',
  };
}
