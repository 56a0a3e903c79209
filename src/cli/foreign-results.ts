/** What another ledger has to give: every trial that succeeded there, with what is needed to count it here. */
import type { Command } from '../coordinator/core/command.ts';
import type { ImportedResult, SweepDeclaration } from '../ledger/events.ts';
import type { Attempt, LedgerState, Trial } from '../ledger/state.ts';
import { metricsHashOf } from '../ledger/store/metrics-hash.ts';
import type { LedgerReader } from '../ledger/store/reader.ts';

type Import = Extract<Command, { kind: 'import' }>;

/** Results in one command: some hundreds of KB, so that a coordinator goes on with its own work in between. */
const resultsPerCommand = 200;

/**
 * As commands, in parts. Attempts that it took from others itself go on under the name of where they were leased.
 *
 * @param path of the ledger, for people
 * @param isWanted whether an attempt is not known yet
 */
export function* importCommands(
  state: LedgerState,
  reader: LedgerReader,
  path: string,
  isWanted: (attempt: Attempt) => boolean,
): Generator<Import> {
  const succeeded = [...state.attempts.values()].filter(
    (attempt) =>
      attempt.status.kind === 'ended' && attempt.status.end.outcome.kind === 'succeeded' && isWanted(attempt),
  );
  for (const attempts of Map.groupBy(succeeded, (attempt) => ledgerOf(state, attempt)).values())
    for (let from = 0; from < attempts.length; from += resultsPerCommand)
      yield commandOf(state, reader, path, attempts.slice(from, from + resultsPerCommand));
}

const ledgerOf = (state: LedgerState, { importedFrom }: Attempt): string =>
  importedFrom?.ledger ?? state.ledger ?? '';

function commandOf(
  state: LedgerState,
  reader: LedgerReader,
  path: string,
  attempts: readonly Attempt[],
): Import {
  const declarations = new Map<string, SweepDeclaration>();
  const launches = new Map<string, Import['launches'][number]>();
  const results: Import['results'] = [];
  for (const attempt of attempts) {
    const trial = state.trials.get(attempt.trial);
    const spec = state.launches.get(attempt.launch);
    if (trial === undefined || spec === undefined) continue;
    const declared = declarationsOf(state, attempt, trial);
    for (const declaration of declared) declarations.set(declaration.sweep, declaration);
    launches.set(attempt.launch, { launch: attempt.launch, spec });
    results.push(...resultOf(attempt, trial, declared, reader));
  }
  const [first] = attempts;
  return {
    kind: 'import',
    ledger: first === undefined ? '' : ledgerOf(state, first),
    path: first?.importedFrom?.path ?? path,
    declarations: [...declarations.values()],
    launches: [...launches.values()],
    results,
  };
}

const declarationsOf = (state: LedgerState, attempt: Attempt, trial: Trial): readonly SweepDeclaration[] =>
  attempt.importedFrom?.declarations ??
  trial.sweeps.flatMap((name) => state.sweeps.get(name)?.declaration ?? []);

/** One, or none for an attempt that has not ended. */
function resultOf(
  attempt: Attempt,
  trial: Trial,
  declarations: readonly SweepDeclaration[],
  reader: LedgerReader,
): Import['results'] {
  const { status } = attempt;
  if (status.kind !== 'ended') return [];
  const lines = reader.metrics(attempt.id);
  const result: ImportedResult = {
    attempt: attempt.id,
    host: attempt.host,
    sweep: attempt.sweep,
    launch: attempt.launch,
    endedAt: status.at,
    trial: trial.id,
    seed: trial.seed,
    replicate: trial.replicate,
    point: { ...trial.point, trials: [trial.id] },
    sweeps: declarations.map(({ sweep }) => sweep),
    end: status.end,
  };
  const { metricsCount, metricsHash } = status.end;
  const isWhole =
    metricsHash === '' || (lines.length === metricsCount && metricsHashOf(lines) === metricsHash);
  // Lines that were lost there are not vouched for here.
  return isWhole
    ? [{ result, lines }]
    : [{ result: { ...result, end: { ...status.end, metricsCount: 0, metricsHash: '' } }, lines: [] }];
}
