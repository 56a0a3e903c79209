import type { LedgerEvent } from '../../src/ledger/events.ts';
import { openWriter } from '../../src/ledger/store/open-writer.ts';
import { attemptId, hostName, ledgerId, trialId } from '../../src/model/ids.ts';
import { declaration, endOf, pointsOf } from './large-sweep.ts';

const host = hostName('cedar');
const pointsPerEvent = 2_000;
/** More than one turn of a coordinator brings, so that writing it takes two seconds; what is read is the same. */
const resultsPerCommit = 1_000;

/** Writes the ledger of a sweep that has ended well, as a coordinator would have: a real file, commit by commit. */
export function writeFinishedLedger(folder: string, trials: number): void {
  const opened = openWriter(folder, { breakLock: false });
  if (opened.kind !== 'opened') throw new Error(`the ledger in ${folder} cannot be written`);
  const { writer } = opened;
  const points = pointsOf(trials);
  writer.commit(beginning(points), []);
  for (let from = 0; from < trials; from += resultsPerCommit)
    writer.commit(results(points.slice(from, from + resultsPerCommit), from), []);
  writer.close();
}

function beginning(points: ReturnType<typeof pointsOf>): LedgerEvent[] {
  const at = 1;
  const { sweep } = declaration;
  const declared: LedgerEvent[] = [];
  for (let from = 0; from < points.length; from += pointsPerEvent)
    declared.push({ kind: 'points-declared', at, sweep, points: points.slice(from, from + pointsPerEvent) });
  return [
    { kind: 'ledger-created', at, ledger: ledgerId('f00dcafef00dcafe') },
    { kind: 'term-started', at, term: 1, nonce: 'abcdef', machine: 'bench', secret: null },
    { kind: 'sweep-declared', at, declaration },
    ...declared,
    { kind: 'sweep-opened', at, sweep, part: null },
  ];
}

function results(points: ReturnType<typeof pointsOf>, from: number): LedgerEvent[] {
  const at = 2 + from;
  const attempts = points.map(({ trials: [trial = trialId('')] }, index) => ({
    attempt: attemptId(`abcdef-${(from + index).toString(36)}`),
    trial,
  }));
  return [
    {
      kind: 'leased',
      at,
      host,
      leases: attempts.map(({ attempt, trial }) => ({
        attempt,
        number: 1,
        trial,
        sweep: declaration.sweep,
        alone: false,
        continues: null,
        anew: null,
        predicted: null,
      })),
    },
    {
      kind: 'started',
      at,
      host,
      attempts: attempts.map(({ attempt }) => ({ attempt, device: 'cpu' })),
    },
    ...attempts.map(({ attempt }, index) => ({
      kind: 'ended' as const,
      at,
      attempt,
      host,
      end: endOf(from + index),
    })),
  ];
}
