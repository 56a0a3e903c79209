import { candidatesOf } from './candidate.ts';
import type { SweepFile } from '../sweep/sweep-file.ts';

/** From here on a person has to say that so many are meant (`--yes`). */
const askAbove = 200_000;
/** From here on the sweep is refused. */
const refuseAbove = 1_000_000;

/** How many points and trials a sweep has at most, before exclusions and equal points; nothing is expanded. */
export interface TrialCount {
  readonly points: number;
  readonly trials: number;
}

export type CountVerdict =
  | { readonly kind: 'fine' }
  /** Goes on with `--yes`. */
  | { readonly kind: 'needs-yes'; readonly message: string }
  | { readonly kind: 'too-many'; readonly message: string };

export function countTrials(
  sweep: Pick<SweepFile, 'grids' | 'fixed' | 'sample' | 'limit' | 'seeds'>,
): TrialCount {
  const points = Math.min(
    Number(candidatesOf(sweep).size),
    sweep.sample?.points ?? Infinity,
    sweep.limit ?? Infinity,
  );
  return { points, trials: points * sweep.seeds.length };
}

export function judgeCount({ trials }: TrialCount): CountVerdict {
  const many = `${trials.toLocaleString('en-US')} trials`;
  if (trials > refuseAbove)
    return {
      kind: 'too-many',
      message: `${many} are more than ${refuseAbove.toLocaleString('en-US')}; draw some of them with \`sample: {points: 500, seed: 1}\``,
    };
  if (trials > askAbove) return { kind: 'needs-yes', message: `${many}; if that is meant, say --yes` };
  return { kind: 'fine' };
}
