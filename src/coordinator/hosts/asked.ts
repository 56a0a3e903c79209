/** What people have asked this coordinator for: nothing else of its ledger is leased. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import { countsOf, isPartOf } from '../../ledger/sweeps.ts';
import type { SweepName, TrialId } from '../../model/ids.ts';
import type { CoordinatorState } from './state.ts';

/** Adds to it. @param trials null: all of the sweep */
export function ask({ asked }: CoordinatorState, name: SweepName, trials: ReadonlySet<TrialId> | null): void {
  const before = asked.get(name);
  asked.set(
    name,
    before === undefined || trials === null ? trials : before && new Set([...before, ...trials]),
  );
}

/** A person has stopped or paused it: who asks for some of it afterwards does not mean what was asked for before. */
export function forgetAsked({ asked }: CoordinatorState, name: SweepName): void {
  if (asked.has(name)) asked.set(name, new Set());
}

/** Whether a trial is to end well for one of its sweeps. */
export const isAsked = ({ ledger, asked }: CoordinatorState, { id, sweeps }: Trial): boolean =>
  sweeps.some((name) => {
    const trials = asked.get(name);
    return trials !== undefined && isPartOf(trials, id) && ledger.sweeps.get(name)?.status.kind === 'open';
  });

/** Trials of a sweep that were asked for and are to be leased. */
export function queuedOf({ asked }: CoordinatorState, sweep: Sweep): number {
  const trials = asked.get(sweep.name);
  return trials === undefined || sweep.status.kind !== 'open' ? 0 : countsOf(sweep, trials).queued;
}
