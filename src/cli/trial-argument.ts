/** Trials as people name them on a command line (model/grid/trial-name.ts), found in a ledger. */
import { labelOf } from '../ledger/labels.ts';
import type { LedgerState, Sweep, Trial } from '../ledger/state.ts';
import { canonicalJson } from '../model/grid/canonical.ts';
import { type Nameable, selectTrials } from '../model/grid/trial-name.ts';
import { leaderboard } from '../results/leaderboard.ts';
import { CommandError } from './exit.ts';
import { sweepNamed } from '../session/ledger/named-sweep.ts';

/** Candidates of an ambiguous name that are shown. */
const mostCandidates = 8;

interface NamedTrial extends Nameable {
  readonly of: Trial;
}

/**
 * One trial, or all replicates of one point.
 *
 * @param sweep whose ranking `#3` means, and whose trials are looked at first; by default the one started last
 * @throws CommandError where the name fits none, or several points
 */
export function trialsNamed(state: LedgerState, name: string, sweep?: string): readonly Trial[] {
  const chosen = sweepNamed(state, sweep);
  const within = selectIn(state, chosen.order, name, chosen);
  // An id or a parameter may be meant of another sweep; a rank never is.
  const selected =
    within.kind === 'none' && sweep === undefined && !name.startsWith('#')
      ? selectIn(state, [...state.trials.values()], name, chosen)
      : within;
  switch (selected.kind) {
    case 'selected':
      return selected.trials.map(({ of }) => of);
    case 'none':
      throw new CommandError(selected.message);
    case 'ambiguous':
      throw new CommandError([selected.message, ...candidateLines(state, selected.candidates)].join('\n'));
    default:
      return selected satisfies never;
  }
}

/** @throws CommandError where the name fits none or several trials */
export function oneTrial(state: LedgerState, name: string, sweep?: string): Trial {
  const trials = trialsNamed(state, name, sweep);
  const [trial, another] = trials;
  if (trial === undefined) throw new CommandError(`${name} names no trial`);
  if (another === undefined) return trial;
  const lines = candidateLines(
    state,
    trials.map((of) => ({ of })),
  );
  throw new CommandError(
    [`${name} names ${trials.length} replicates; name one of them by its id`, ...lines].join('\n'),
  );
}

function selectIn(state: LedgerState, trials: readonly Trial[], name: string, sweep: Sweep) {
  const places = new Map<string, number>();
  const nameables = trials.map((of): NamedTrial => {
    const point = places.get(of.point.shape) ?? places.size;
    places.set(of.point.shape, point);
    return { of, trial: of.id, point, seed: of.seed, params: of.point.params, case: of.point.case };
  });
  return selectTrials(name, nameables, name.startsWith('#') ? ranking(state, sweep, places) : null);
}

/** Points of `places`, best first. A row of a stopped point has no trial that counts: its parameters tell which it is. */
function ranking(state: LedgerState, sweep: Sweep, places: ReadonlyMap<string, number>): number[] {
  const shapes = new Map(sweep.points.map(({ params, shape }) => [canonicalJson(params), shape]));
  return leaderboard(state, sweep).rows.flatMap(({ params }) => {
    const shape = shapes.get(canonicalJson(params));
    return shape === undefined ? [] : (places.get(shape) ?? []);
  });
}

function candidateLines(state: LedgerState, candidates: readonly { readonly of: Trial }[]): string[] {
  const more = candidates.length - mostCandidates;
  return [
    ...candidates.slice(0, mostCandidates).map(({ of }) => `  ${shortId(of)}  ${labelOf(state, of)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** Digits of an id that tables show: enough for 100,000 trials to differ in all but one of 200 ledgers. */
export const shortId = ({ id }: Pick<Trial, 'id'>): string => id.slice(0, 10);
