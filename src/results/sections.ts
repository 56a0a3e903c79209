/**
 * In which order points stand: a mean over fewer replicates, or at an earlier step, is no match for the others', and
 * one over what has not diverged says how good the lucky seeds are.
 */
import { isBetter, type Objective } from '../model/result/metrics.ts';

/** In the order of a leaderboard. */
export const sections = ['complete', 'incomplete', 'paused', 'diverged'] as const;
export type Section = (typeof sections)[number];

/** What a point's place depends on. */
export interface Placed {
  readonly section: Section;
  /** The mean of the objective's finite values; null where there is none. */
  readonly mean: number | null;
  /** Replicates with a result, and those of them that diverged. */
  readonly done: number;
  readonly diverged: number;
  /** The model's trainable count; null where the program does not say. */
  readonly parameters: number | null;
}

export function sectionOf({
  done,
  diverged,
  declared,
}: Pick<Placed, 'done' | 'diverged'> & { readonly declared: number }): Section {
  if (diverged > 0) return 'diverged';
  if (done === 0) return 'paused';
  return done < declared ? 'incomplete' : 'complete';
}

/**
 * By section, then by the share of replicates that diverged, then by the objective. Of two equal points the one with
 * fewer parameters comes first.
 */
export function compare({ goal }: Pick<Objective, 'goal'>, a: Placed, b: Placed): number {
  const bySection = sections.indexOf(a.section) - sections.indexOf(b.section);
  if (bySection !== 0) return bySection;
  const byShare = a.diverged * b.done - b.diverged * a.done;
  if (byShare !== 0) return byShare;
  if (a.mean === null || b.mean === null || a.mean === b.mean)
    return (a.parameters ?? Number.MAX_VALUE) - (b.parameters ?? Number.MAX_VALUE);
  return isBetter({ goal }, a.mean, b.mean) ? -1 : 1;
}
