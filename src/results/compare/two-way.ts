/**
 * Two settings, each trained with several seeds and tried on the clips of several speakers: how far apart they are, with both
 * kinds of luck in one interval (S. L. Hillis, "A comparison of denominator degrees of freedom methods for multiple observer
 * ROC analysis", Statistics in Medicine 26, 2007; seeds stand for its readers, speakers for its cases).
 */
import { mean, sum } from 'simple-statistics';
import { squaresOf } from '../statistics/squares.ts';
import { beyondStudent, studentQuantile95 } from '../student.ts';

/** Of one training, what it got right of each speaker's clips: all speakers in the same order. */
export type Trained = readonly number[];

export interface Arms {
  readonly a: readonly Trained[];
  readonly b: readonly Trained[];
  /** Clips of each speaker. */
  readonly clips: readonly number[];
}

/** B less A, in shares of clips. */
export interface Difference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
  /** Standard errors of the difference by the luck of seeds, and of who was recorded. Null with one training each. */
  readonly seSeeds: number | null;
  readonly seSpeakers: number;
  /** That chance alone makes as much of it; null with one training each, of which there is an exact test. */
  readonly p: number | null;
}

/** @param arms with two trainings or more each, or with one each; two speakers or more */
export function twoWay({ a, b, clips }: Arms): Difference {
  const all = sum([...clips]);
  const [ofA, ofB] = [a, b].map((arm) => arm.map((training) => sum([...training]) / all));
  if (ofA === undefined || ofB === undefined) throw new Error('two arms are compared');
  const difference = mean(ofB) - mean(ofA);
  const ofSpeakers = varianceOfSpeakers({ a, b, clips }, difference);
  const freedom = a.length + b.length - 2;
  if (freedom === 0) return modelsOnly(difference, Math.sqrt(ofSpeakers), clips.length - 1);
  const weight = 1 / a.length + 1 / b.length;
  const seeds = ((squaresOf(ofA) + squaresOf(ofB)) / freedom) * weight;
  const lucky = (interaction({ a, b, clips }) / freedom) * weight - seeds / clips.length;
  const speakers = Math.max(0, ofSpeakers - inflated(clips.length) * lucky);
  return bothKinds(difference, { seeds, speakers }, freedom);
}

/** Of one training each nothing is known of seeds: a word on these two networks, on speakers like these. */
function modelsOnly(difference: number, seSpeakers: number, freedom: number): Difference {
  const half = studentQuantile95(freedom) * seSpeakers;
  return { difference, low: difference - half, high: difference + half, seSeeds: null, seSpeakers, p: null };
}

function bothKinds(
  difference: number,
  { seeds, speakers }: { readonly seeds: number; readonly speakers: number },
  freedom: number,
): Difference {
  const se = Math.sqrt(seeds + speakers);
  // Hillis: those of the seeds, and more where most of the luck is that of speakers.
  const effective = seeds === 0 ? freedom : ((seeds + speakers) / seeds) ** 2 * freedom;
  const half = studentQuantile95(effective) * se;
  return {
    difference,
    low: difference - half,
    high: difference + half,
    seSeeds: Math.sqrt(seeds),
    seSpeakers: Math.sqrt(speakers),
    p: se === 0 ? null : beyondStudent(difference / se, effective),
  };
}

/** A variance from so many speakers, of whom one is the mean's. */
const inflated = (speakers: number): number => speakers / (speakers - 1);

/** Of the difference, by who was recorded: speakers with more clips move it more (a ratio of sums). */
function varianceOfSpeakers({ a, b, clips }: Arms, difference: number): number {
  const all = sum([...clips]);
  const moved = clips.map((count, speaker) => {
    const right = (arm: readonly Trained[]): number => mean(arm.map((training) => training[speaker] ?? 0));
    return (right(b) - right(a) - count * difference) / all;
  });
  return inflated(clips.length) * sum(moved.map((one) => one * one));
}

/** How far seeds move what is got right of each speaker by itself, all speakers together: part of it is the seeds' own luck. */
function interaction({ a, b, clips }: Arms): number {
  const all = sum([...clips]);
  const of = (arm: readonly Trained[], speaker: number): number =>
    squaresOf(arm.map((training) => (training[speaker] ?? 0) / all));
  return sum(clips.map((_, speaker) => of(a, speaker) + of(b, speaker)));
}
