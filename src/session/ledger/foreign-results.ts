/** What another ledger has to give: every trial with a result there, with what is needed to count it here. */
import { z } from 'zod';
import type { Command } from '../../coordinator/core/command.ts';
import {
  type ForeignDeclaration,
  foreignDeclarationSchema,
  type ImportedResult,
} from '../../ledger/events.ts';
import type { Attempt, LedgerState, Trial } from '../../ledger/state.ts';
import { type LedgerId, ledgerId, writtenAttempt } from '../../model/ids.ts';
import { namePattern } from '../../model/source/leaf-input.ts';
import { innerPath } from '../../model/manifest.ts';
import type { Objective } from '../../model/result/metrics.ts';
import { isResult } from '../../model/result/outcome.ts';
import { printable } from '../../model/printed/printable.ts';
import { SessionError } from '../session-error.ts';
import { metricsHashOf } from '../../ledger/store/metrics-hash.ts';
import type { LedgerReader } from '../../ledger/store/reader.ts';

type Import = Extract<Command, { kind: 'import' }>;

/** Results in one command, and their lines: some MB at most, so that a coordinator goes on with its own work in between. */
const resultsPerCommand = 200;
const linesPerCommand = 20_000;

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
    (attempt) => bringsResult(attempt) && isWanted(attempt),
  );
  for (const attempts of Map.groupBy(succeeded, (attempt) => ledgerOf(state, attempt)).values())
    for (const part of inParts(attempts)) yield commandOf(state, reader, path, part);
}

function* inParts(attempts: readonly Attempt[]): Generator<readonly Attempt[]> {
  let part: Attempt[] = [];
  let lines = 0;
  for (const attempt of attempts) {
    const more = attempt.status.kind === 'ended' ? attempt.status.end.metricsCount : 0;
    if (part.length === resultsPerCommand || (part.length > 0 && lines + more > linesPerCommand)) {
      yield part;
      [part, lines] = [[], 0];
    }
    part.push(attempt);
    lines += more;
  }
  if (part.length > 0) yield part;
}

export const bringsResult = ({ status }: Attempt): boolean =>
  status.kind === 'ended' && isResult(status.end.outcome.kind);

/** What no labsweep writes into a result: it would end up in names of files, in dates or on a terminal. */
const plausible = z.object({
  id: writtenAttempt,
  trial: z.string().regex(/^[0-9a-f]{32}$/),
  host: z.string().regex(namePattern),
  sweep: z.union([z.literal(''), z.string().regex(namePattern)]),
  /** Those that hold its trial. */
  sweeps: z.array(z.string().regex(namePattern)),
  status: z.object({
    at: z.number().min(0).max(8.64e15), // the last moment that a Date can be
    end: z.object({
      seconds: z.number().nonnegative(),
      metricsCount: z.number().int().nonnegative(),
      artifacts: z.array(z.object({ path: innerPath, sizeBytes: z.number().nonnegative() })),
    }),
  }),
});

/** @throws SessionError for a ledger that holds anything else: nothing of it is taken in */
export function requirePlausible(name: string, state: LedgerState): void {
  for (const attempt of state.attempts.values()) {
    const read = bringsResult(attempt)
      ? plausible.safeParse({ ...attempt, sweeps: sweepsOf(state, attempt) })
      : null;
    if (read === null || read.success) continue;
    const where = read.error.issues[0]?.path.join('.') ?? '';
    throw new SessionError(
      `${name} was not written by labsweep, and nothing of it was taken in: the ${where} of attempt ` +
        `${printable(attempt.id).slice(0, 80)} is none.`,
    );
  }
}

function sweepsOf(state: LedgerState, attempt: Attempt): string[] {
  const trial = state.trials.get(attempt.trial);
  return trial === undefined ? [] : declarationsOf(state, attempt, trial).map(({ sweep }) => sweep);
}

const ledgerOf = (state: LedgerState, { importedFrom }: Attempt): LedgerId =>
  importedFrom?.ledger ?? state.ledger ?? ledgerId('');

function commandOf(
  state: LedgerState,
  reader: LedgerReader,
  path: string,
  attempts: readonly Attempt[],
): Import {
  const declarations = new Map<string, ForeignDeclaration>();
  const results: Import['results'] = [];
  for (const attempt of attempts) {
    const trial = state.trials.get(attempt.trial);
    if (trial === undefined) continue;
    const declared = declarationsOf(state, attempt, trial);
    for (const declaration of declared)
      declarations.set(declaration.sweep, foreignDeclarationSchema.parse(declaration));
    results.push(...resultOf(attempt, trial, declared, judgeOf(state, attempt), reader));
  }
  const [first] = attempts;
  return {
    kind: 'import',
    ledger: first === undefined ? ledgerId('') : ledgerOf(state, first),
    path: first?.importedFrom?.path ?? path,
    declarations: [...declarations.values()],
    results,
  };
}

const judgeOf = (state: LedgerState, { importedFrom, launch }: Attempt): Objective | null =>
  importedFrom === null ? (state.launches.get(launch)?.objective ?? null) : importedFrom.judgedBy;

const declarationsOf = (state: LedgerState, attempt: Attempt, trial: Trial): readonly ForeignDeclaration[] =>
  attempt.importedFrom?.declarations ??
  trial.sweeps.flatMap((name) => state.sweeps.get(name)?.declaration ?? []);

/** One, or none for an attempt that has not ended. */
function resultOf(
  attempt: Attempt,
  trial: Trial,
  declarations: readonly ForeignDeclaration[],
  judgedBy: Objective | null,
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
    judgedBy,
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
