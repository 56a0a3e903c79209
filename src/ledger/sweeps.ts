/** What happens to sweeps: they are declared, get their points, and are opened. */
import type { TrialId } from '../model/ids.ts';
import type { LedgerEvent, PointDeclaration, SweepDeclaration, SweepPart } from './events.ts';
import { FoldError } from './records.ts';
import { kindIn, noteDivergence } from './results.ts';
import type { LedgerState, Sweep, Trial, TrialStatus } from './state.ts';
import { forgive, newTrial } from './trials.ts';

export function declareSweep(state: LedgerState, declaration: SweepDeclaration, at: number): void {
  const name = declaration.sweep;
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
    // What was asked for of a sweep that was stopped is asked for no more.
    part: before?.status.kind === 'open' ? before.part : new Set(),
    counts: noCounts(),
    diverged: new Set(),
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
      const trial = state.trials.get(id) ?? newTrial(state, id, point, seed, replicate);
      trial.point = point;
      trial.seed = seed; // of a trial that came from another ledger, that one said it
      trial.sweeps = trial.sweeps.concat(sweep.name);
      sweep.order.push(trial);
      countIn(state, sweep, trial);
    });
  }
}

/** A trial joins a sweep, whose objective may be another than that of the sweep which earned its result. */
export function countIn(state: LedgerState, sweep: Sweep, trial: Trial): void {
  noteDivergence(state, sweep, trial, trial.status);
  sweep.counts[kindIn(sweep, trial, trial.status)] += 1;
}

/** Longest first (Graham 1969, LPT): a long trial that starts last is what everybody waits for. */
export function openSweep(
  state: LedgerState,
  sweep: Sweep,
  { at, part }: Extract<LedgerEvent, { kind: 'sweep-opened' }>,
): void {
  if (sweep.status.kind === 'declaring')
    sweep.order.sort((a, b) => (b.point.operations ?? 0) - (a.point.operations ?? 0));
  sweep.part = partAfter(sweep, part);
  sweep.status = { kind: 'open' };
  sweep.openedAt = at;
  sweep.firstQueued = 0;
  for (const trial of sweep.order)
    if (trial.status.kind === 'cancelled' && isPartOf(sweep.part, trial.id)) forgive(state, trial);
}

/** A smaller run adds to what was asked for of an open sweep, and is all of one that was stopped or paused before. */
function partAfter(sweep: Sweep, part: SweepPart | 'all' | null): ReadonlySet<TrialId> | null {
  const { kind } = sweep.status;
  if (part === 'all') return null;
  if (part === null) return kind === 'declaring' && sweep.part?.size === 0 ? null : sweep.part;
  if (kind !== 'open' && kind !== 'declaring') return trialsOf(sweep, part);
  return sweep.part === null ? null : new Set([...sweep.part, ...trialsOf(sweep, part)]);
}

/** The trials of a part of a sweep. */
export const trialsOf = (
  {
    points,
    declaration: { seeds },
  }: {
    readonly points: readonly PointDeclaration[];
    readonly declaration: Pick<SweepDeclaration, 'seeds'>;
  },
  part: SweepPart,
): ReadonlySet<TrialId> =>
  new Set(
    part.points.flatMap((index) =>
      (points[index]?.trials ?? []).filter((_, replicate) =>
        part.seeds.includes(seeds[replicate] ?? Number.NaN),
      ),
    ),
  );

export const isPartOf = (part: ReadonlySet<TrialId> | null, trial: TrialId): boolean =>
  part === null || part.has(trial);

/** How the trials of a sweep stand, or those of a part of it. */
export const countsOf = (sweep: Sweep, part: ReadonlySet<TrialId> | null): Sweep['counts'] =>
  part === null
    ? sweep.counts
    : countEach(
        sweep,
        sweep.order.filter(({ id }) => part.has(id)),
      );

/** How trials of a sweep stand, counted one by one. */
export function countEach(sweep: Pick<Sweep, 'diverged'>, trials: readonly Trial[]): Sweep['counts'] {
  const counts = noCounts();
  for (const trial of trials) counts[kindIn(sweep, trial, trial.status)] += 1;
  return counts;
}

export const noCounts = (): Record<TrialStatus['kind'], number> => ({
  queued: 0,
  leased: 0,
  running: 0,
  succeeded: 0,
  diverged: 0,
  failed: 0,
  cancelled: 0,
});

/** Whether it is open or paused, and something of it is on a host, or was asked for and waits. */
export const isBusy = (sweep: Sweep): boolean =>
  (sweep.status.kind === 'open' || sweep.status.kind === 'paused') &&
  (sweep.counts.leased + sweep.counts.running > 0 || countsOf(sweep, sweep.part).queued > 0);

/** Whether something of it waits or runs. */
export const isUnfinished = ({ queued, leased, running }: Sweep['counts']): boolean =>
  queued + leased + running > 0;

/** Remembers how many trials at the front of a sweep are settled: whoever looks for one that waits passes them by. */
export function skipSettled(sweep: Sweep): void {
  for (let next = sweep.order[sweep.firstQueued]; next !== undefined && next.status.kind !== 'queued'; ) {
    sweep.firstQueued += 1;
    next = sweep.order[sweep.firstQueued];
  }
}

/** How urgent a trial is: as the most urgent sweep that waits for it. */
export const priorityOf = ({ sweeps }: Pick<LedgerState, 'sweeps'>, trial: Pick<Trial, 'sweeps'>): number =>
  trial.sweeps
    .flatMap((name) => sweeps.get(name) ?? [])
    .filter(({ status, isImported }) => status.kind === 'open' && !isImported)
    .map(({ declaration }) => declaration.priority)
    .reduce((most: number | null, one) => Math.max(most ?? one, one), null) ?? 0;
