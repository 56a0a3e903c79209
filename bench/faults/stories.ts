/** What the ledger and the hosts' own files tell of each trial that ran more than once, and whether it had to. Pure. */
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { outcomeText } from '../../src/model/result/outcome-text.ts';
import type { Mark, Marks } from './counting-sweep.ts';
import type { Fault, Happened } from './schedule.ts';

export interface TrialStory {
  readonly x: number;
  /** How often its program began, by the hosts' own files. */
  readonly began: number;
  /** Why it ran again: an attempt that was on its host at a fault each. */
  readonly because: readonly string[];
}

export interface Told {
  readonly stories: readonly TrialStory[];
  /** What should not have happened, each in a sentence. */
  readonly wrong: readonly string[];
}

interface Attempt {
  readonly x: number;
  readonly host: string;
  readonly leasedAt: number;
  /** Of which the ledger knows; null while it is open. */
  endedAt: number | null;
  outcome: string;
  ending: string;
}

type HitOf = (attempt: Attempt, kinds: ReadonlySet<Fault['kind']>) => Happened | null;

/** Only these end what runs on a host. An agent that is killed may leave what it was about to start unstarted. */
const deadly: ReadonlySet<Fault['kind']> = new Set(['power loss', 'reboot']);
const unsettling: ReadonlySet<Fault['kind']> = new Set([...deadly, 'agent killed']);

/** @param began wall clock in ms, since when the faults are counted */
export function storiesOf(
  events: readonly LedgerEvent[],
  marks: Marks,
  faults: readonly Happened[],
  began: number,
): Told {
  const told = [...Map.groupBy(attemptsOf(events), ({ x }) => x)].map(([x, attempts]) =>
    storyOf(
      x,
      attempts,
      marks,
      (attempt, kinds) =>
        faults.find((fault) => kinds.has(fault.kind) && isHitBy(attempt, fault, began)) ?? null,
    ),
  );
  return { stories: told.map(({ story }) => story), wrong: told.flatMap(({ wrong }) => wrong) };
}

function storyOf(
  x: number,
  attempts: readonly Attempt[],
  { begun, done }: Marks,
  hitOf: HitOf,
): { readonly story: TrialStory; readonly wrong: readonly string[] } {
  const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded');
  const others = attempts.filter(({ outcome }) => outcome !== 'succeeded');
  const wrong = succeeded.length === 1 ? [] : [`x=${x} has ${succeeded.length} results`];
  const because: string[] = [];
  for (const [host, marks] of Map.groupBy(begun.filter(ofTrial(x)), (mark) => mark.host)) {
    const succeededHere = succeeded.filter((attempt) => attempt.host === host).length;
    // Of what it had begun, a host may have forgotten some with its power; of what only waited, it has begun nothing.
    const hits = others
      .filter((attempt) => attempt.host === host)
      .toSorted((one, other) => Number(one.outcome === 'taken-back') - Number(other.outcome === 'taken-back'))
      .flatMap((attempt) => textOf(attempt, hitOf));
    const allowed = succeededHere + hits.length;
    const ends = done.filter(ofTrial(x)).filter((mark) => mark.host === host).length;
    if (marks.length > allowed)
      wrong.push(`x=${x} began ${marks.length} times on ${host}, hit ${hits.length} times`);
    if (ends > allowed) wrong.push(`x=${x} came to its end ${ends} times on ${host}`);
    because.push(...hits.slice(0, Math.max(0, marks.length - succeededHere)));
  }
  for (const attempt of others)
    if (attempt.outcome !== 'taken-back' && hitOf(attempt, unsettling) === null)
      wrong.push(`x=${x} ${attempt.ending} on ${attempt.host}, where nothing had happened`);
  return { story: { x, began: begun.filter(ofTrial(x)).length, because }, wrong };
}

const ofTrial =
  (x: number) =>
  (mark: Mark): boolean =>
    mark.x === x;

function textOf(attempt: Attempt, hitOf: HitOf): string[] {
  const fault = hitOf(attempt, deadly);
  return fault === null
    ? []
    : [`${fault.kind} of ${attempt.host} at ${(fault.atMs / 1_000).toFixed(1)} s: it ${attempt.ending}`];
}

function isHitBy({ host, leasedAt, endedAt }: Attempt, fault: Happened, began: number): boolean {
  const isThen =
    leasedAt <= began + fault.untilMs && (endedAt ?? Number.POSITIVE_INFINITY) >= began + fault.atMs;
  return fault.host === host && isThen;
}

function attemptsOf(events: readonly LedgerEvent[]): readonly Attempt[] {
  const points = new Map<string, number>();
  const attempts = new Map<string, Attempt>();
  const ends = (attempt: string, end: Pick<Attempt, 'endedAt' | 'outcome' | 'ending'>): void => {
    Object.assign(attempts.get(attempt) ?? {}, end);
  };
  for (const event of events)
    switch (event.kind) {
      case 'points-declared':
        for (const { trials, params } of event.points)
          for (const trial of trials) points.set(trial, Number(params['x']));
        break;
      case 'leased':
        for (const { attempt, trial } of event.leases)
          attempts.set(attempt, {
            x: points.get(trial) ?? 0,
            host: event.host,
            leasedAt: event.at,
            endedAt: null,
            outcome: 'open',
            ending: 'never ended',
          });
        break;
      case 'taken-back':
        for (const attempt of event.attempts)
          ends(attempt, { endedAt: event.at, outcome: 'taken-back', ending: 'was forgotten by its host' });
        break;
      case 'ended':
        ends(event.attempt, {
          endedAt: event.at,
          outcome: event.end.outcome.kind,
          ending: outcomeText(event.end.outcome),
        });
        break;
      default:
    }
  return [...attempts.values()];
}
