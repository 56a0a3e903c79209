/** What happens to sweeps: they are declared, get their points, and are opened. */
import { sweepName, trialId } from '../model/ids.ts';
import type { PointDeclaration, SweepDeclaration } from './events.ts';
import { FoldError } from './records.ts';
import type { LedgerState, Sweep } from './state.ts';
import { forgive, newTrial } from './trials.ts';

export function declareSweep(state: LedgerState, declaration: SweepDeclaration, at: number): void {
  const name = sweepName(declaration.sweep);
  const before = state.sweeps.get(name);
  // An edited sweep: its old points leave it, what they have earned stays with their trials.
  for (const trial of before?.order ?? []) trial.sweeps = trial.sweeps.filter((sweep) => sweep !== name);
  state.launches.set(declaration.launch, declaration.spec);
  state.sweeps.set(name, {
    name,
    declaration,
    declaredAt: at,
    openedAt: null,
    isImported: false,
    points: [],
    order: [],
    firstQueued: 0,
    counts: { queued: 0, leased: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0 },
    status: { kind: 'declaring' },
  });
}

export function declarePoints(state: LedgerState, sweep: Sweep, points: readonly PointDeclaration[]): void {
  for (const point of points) {
    sweep.points.push(point);
    point.trials.forEach((id, index) => {
      const replicate = index + 1;
      const seed = sweep.declaration.seeds[index];
      if (seed === undefined) throw new FoldError(`sweep ${sweep.name}: a point has more trials than seeds`);
      const trial = state.trials.get(trialId(id)) ?? newTrial(state, trialId(id), point, seed, replicate);
      trial.point = point;
      trial.seed = seed; // of a trial that came from another ledger, that one said it
      trial.sweeps = trial.sweeps.concat(sweep.name);
      sweep.order.push(trial);
      sweep.counts[trial.status.kind] += 1;
    });
  }
}

/** Longest first (Graham 1969, LPT): a long trial that starts last is what everybody waits for. */
export function openSweep(state: LedgerState, sweep: Sweep, at: number): void {
  if (sweep.status.kind === 'declaring')
    sweep.order.sort((a, b) => (b.point.operations ?? 0) - (a.point.operations ?? 0));
  sweep.status = { kind: 'open' };
  sweep.openedAt = at;
  sweep.firstQueued = 0;
  for (const trial of sweep.order) if (trial.status.kind === 'cancelled') forgive(state, trial);
}
