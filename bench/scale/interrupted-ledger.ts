import type { LedgerEvent, PointDeclaration } from '../../src/ledger/events.ts';
import type { MetricsBatch } from '../../src/ledger/metrics-batch.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import {
  type AttemptId,
  attemptId,
  type HostName,
  hostName,
  ledgerId,
  type TrialId,
  trialId,
} from '../../src/model/ids.ts';
import { declaration, endOf, pointsOf } from './large-sweep.ts';

/** Of a sweep, by how far its trials have come. */
export interface Progress {
  readonly finished: number;
  readonly running: number;
  readonly queued: number;
}

/** What a coordinator is asked to come back to within 2 s. */
export const interrupted: Progress = { finished: 10_000, running: 500, queued: 1_000 };

const resultsPerCommit = 1_000;
const linesOfTrial = 12;
const nonce = 'abcdef';

export const hostsOf = (count: number): HostName[] =>
  Array.from({ length: count }, (_, index) => hostName(`host-${index}`));

/** Attempts that run on each host. */
export type Running = ReadonlyMap<
  HostName,
  readonly { readonly attempt: AttemptId; readonly trial: TrialId }[]
>;

/**
 * Writes the ledger that a coordinator leaves which was killed in the middle of a sweep, with its metrics lines.
 *
 * @param command what a trial runs
 */
export function writeInterruptedLedger(
  folder: string,
  { finished, running, queued }: Progress,
  hosts: readonly HostName[],
  command: readonly string[] = declaration.spec.command,
): Running {
  const opened = openWriter(folder, { breakLock: false });
  if (opened.kind !== 'opened') throw new Error(`the ledger in ${folder} cannot be written`);
  const { writer } = opened;
  const points = pointsOf(finished + running + queued).map((point) => ({
    ...point,
    resources: { ...point.resources, cpus: 0 },
  }));
  writer.commit(beginning(points, command), []);
  for (let from = 0; from < finished; from += resultsPerCommit) {
    const part = points.slice(from, Math.min(from + resultsPerCommit, finished));
    const host = hosts[(from / resultsPerCommit) % hosts.length] ?? hostName('');
    writer.commit([...started(part, from, host), ...ended(part, from, host)], linesOf(part.length, from));
  }
  const open = points.slice(finished, finished + running);
  const share = Math.ceil(running / hosts.length);
  const byHost = hosts.map((host, index) => {
    const part = open.slice(index * share, (index + 1) * share);
    if (part.length > 0) writer.commit(started(part, finished + index * share, host), []);
    return [host, attemptsOf(part, finished + index * share)] as const;
  });
  writer.close();
  return new Map(byHost);
}

function beginning(points: readonly PointDeclaration[], command: readonly string[]): LedgerEvent[] {
  const at = 1;
  const spec = { ...declaration.spec, command: [...command] };
  return [
    { kind: 'ledger-created', at, ledger: ledgerId('f00dcafef00dcafe') },
    { kind: 'term-started', at, term: 1, nonce, machine: 'bench', secret: null },
    { kind: 'sweep-declared', at, declaration: { ...declaration, spec } },
    { kind: 'points-declared', at, sweep: declaration.sweep, points: [...points] },
    { kind: 'sweep-opened', at, sweep: declaration.sweep, part: null },
  ];
}

const attemptsOf = (
  points: readonly PointDeclaration[],
  from: number,
): { attempt: AttemptId; trial: TrialId }[] =>
  points.map(({ trials: [trial = trialId('')] }, index) => ({
    attempt: attemptId(`${nonce}-${(from + index + 1).toString(36)}`),
    trial,
  }));

function started(points: readonly PointDeclaration[], from: number, host: HostName): LedgerEvent[] {
  const at = 2 + from;
  const attempts = attemptsOf(points, from);
  const { sweep } = declaration;
  const leases = attempts.map(({ attempt, trial }) => ({
    attempt,
    number: 1,
    trial,
    sweep,
    alone: false,
    continues: null,
    anew: null,
    predicted: null,
  }));
  return [
    { kind: 'leased', at, host, leases },
    { kind: 'started', at, host, attempts: attempts.map(({ attempt }) => ({ attempt, device: 'cpu' })) },
  ];
}

const ended = (points: readonly PointDeclaration[], from: number, host: HostName): LedgerEvent[] =>
  attemptsOf(points, from).map(({ attempt }, index) => ({
    kind: 'ended',
    at: 2 + from,
    attempt,
    host,
    end: { ...endOf(from + index), metricsCount: linesOfTrial },
  }));

const linesOf = (count: number, from: number): MetricsBatch[] =>
  Array.from({ length: count }, (_, index) => ({
    attempt: attemptId(`${nonce}-${(from + index + 1).toString(36)}`),
    from: 0,
    lines: Array.from({ length: linesOfTrial }, (__, step) => ({
      step,
      val_accuracy: step / (from + index + 1),
    })),
  }));
