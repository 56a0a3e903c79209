/** What the ledger and the hosts' own counts tell of each trial that ran more than once, and whether it had to. Pure. */
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { outcomeText } from '../../src/model/outcome-text.ts';
import type { Counts } from './counting-sweep.ts';
import type { Fault } from './schedule.ts';

export interface TrialStory {
  readonly x: number;
  /** How often its program began, by the hosts' own files. */
  readonly began: number;
  /** Why it ran again: an attempt that was running at a fault each. */
  readonly because: readonly string[];
}

interface Attempt {
  readonly x: number;
  host: string;
  startedAt: number | null;
  endedAt: number | null;
  ending: string;
  kind: string;
}

/** Only these end what runs on a host. */
const deadly: ReadonlySet<Fault['kind']> = new Set(['power loss', 'reboot']);

/** @param began wall clock in ms, since when the faults are counted */
export function storiesOf(
  events: readonly LedgerEvent[],
  { begun, done }: Counts,
  faults: readonly Fault[],
  began: number,
): { readonly stories: readonly TrialStory[]; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const byTrial = Map.groupBy(attemptsOf(events), ({ x }) => x);
  const stories = [...byTrial].map(([x, attempts]) => {
    const hits: string[] = [];
    for (const attempt of attempts.filter(({ kind }) => kind !== 'succeeded' && kind !== 'taken-back')) {
      const hit = faults.find((fault) => isHitBy(attempt, fault, began));
      if (hit === undefined)
        wrong.push(
          `x=${x} ${attempt.ending || 'never ended'} on ${attempt.host}, where nothing had happened`,
        );
      else
        hits.push(
          `${hit.kind} of ${attempt.host} at ${(hit.atMs / 1_000).toFixed(1)} s: it ${attempt.ending}`,
        );
    }
    const ran = begun.get(x) ?? 0;
    if (attempts.filter(({ kind }) => kind === 'succeeded').length !== 1)
      wrong.push(`x=${x} has not one result`);
    if (ran > 1 + hits.length) wrong.push(`x=${x} began ${ran} times, and was hit ${hits.length} times`);
    if ((done.get(x) ?? 0) > 1 + hits.length) wrong.push(`x=${x} came to its end ${done.get(x)} times`);
    return { x, began: ran, because: hits };
  });
  return { stories, wrong };
}

/** It was there when the fault came, as far as the ledger knows; a host's last words may have been on their way. */
function isHitBy({ host, startedAt, endedAt }: Attempt, fault: Fault, began: number): boolean {
  const at = began + fault.atMs;
  return (
    fault.host === host &&
    deadly.has(fault.kind) &&
    (startedAt === null || startedAt <= at + 2_000) &&
    (endedAt ?? at) >= at
  );
}

function attemptsOf(events: readonly LedgerEvent[]): readonly Attempt[] {
  const points = new Map<string, number>();
  const attempts = new Map<string, Attempt>();
  for (const event of events) {
    if (event.kind === 'points-declared')
      for (const { trials, params } of event.points)
        for (const trial of trials) points.set(trial, Number(params['x']));
    if (event.kind === 'leased')
      for (const { attempt, trial } of event.leases)
        attempts.set(attempt, {
          x: points.get(trial) ?? 0,
          host: event.host,
          startedAt: null,
          endedAt: null,
          ending: '',
          kind: '',
        });
    if (event.kind === 'started')
      for (const { attempt } of event.attempts)
        Object.assign(attempts.get(attempt) ?? {}, { startedAt: event.at });
    if (event.kind === 'taken-back')
      for (const attempt of event.attempts)
        Object.assign(attempts.get(attempt) ?? {}, { kind: 'taken-back' });
    if (event.kind === 'ended')
      Object.assign(attempts.get(event.attempt) ?? {}, {
        endedAt: event.at,
        kind: event.end.outcome.kind,
        ending: outcomeText(event.end.outcome),
      });
  }
  return [...attempts.values()];
}
