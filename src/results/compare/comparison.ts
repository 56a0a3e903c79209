/** Whether one point is better than another, and about what that says something. */
import { mean, sum } from 'simple-statistics';
import { squaresOf } from '../statistics/squares.ts';
import { beyondStudent, studentQuantile95 } from '../student.ts';
import { mcnemar } from './mcnemar.ts';
import { isRight, type Prediction, speakerOf } from './predictions.ts';
import { settlingReplicates } from './settle.ts';
import { twoWay } from './two-way.ts';

/** One training of a point. */
export interface Training {
  /** Of the objective. */
  readonly value: number;
  /** What the value is about; null where it left none of these. */
  readonly predictions: readonly Prediction[] | null;
  /** It left some. */
  readonly wrote: boolean;
}

export interface Compared {
  readonly a: readonly Training[];
  readonly b: readonly Training[];
}

export interface Comparison {
  /** B less A. */
  readonly difference: number;
  /** Its 95 % interval; null where nothing can be said of it. */
  readonly low: number | null;
  readonly high: number | null;
  /** That chance alone makes as much of it. */
  readonly p: number | null;
  /**
   * What it is about: `settings`, with any seeds and speakers like these; `models`, these two networks alone; `clips`, any
   * seeds, on these clips.
   */
  readonly claim: 'settings' | 'models' | 'clips';
  /** Standard errors of the difference, by seeds and by speakers; null where that is not known. */
  readonly seSeeds: number | null;
  readonly seSpeakers: number | null;
  /** How many there are; null without predictions. */
  readonly speakers: number | null;
  /** Clips that A alone, or B alone, got right, where there is one training each. */
  readonly only: { readonly a: number; readonly b: number } | null;
  /** Replicates of each that find such a difference in 80 % of the cases; null where it is told already, or nothing is known. */
  readonly settledBy: number | null;
}

/** @param compared one training or more each; with predictions the values are shares of right ones */
export function compare(compared: Compared): Comparison {
  const found = onClips(compared) ?? bySeeds(compared);
  const isTold = found.low !== null && found.high !== null && (found.low > 0 || found.high < 0);
  const spread = pooledSpread(compared);
  const settledBy = isTold || spread === null ? null : settlingReplicates(2, found.difference, spread);
  return { ...found, settledBy };
}

type Found = Omit<Comparison, 'settledBy'>;

function onClips(compared: Compared): Found | null {
  const clips = sharedClips([...compared.a, ...compared.b]);
  if (clips === null) return null;
  const { a, b } = onceEach(compared);
  const isAlone = a.length === 1 && b.length === 1;
  // One training beside several tells nothing of its own seeds.
  if (!isAlone && Math.min(a.length, b.length) < 2) return null;
  const speakers = [...new Set(clips.map(speakerOf))];
  if (speakers.length < 2) return null;
  const sums = (training: Training): number[] => bySpeaker(speakers, training.predictions ?? [], isRight);
  const counts = bySpeaker(speakers, clips, () => true);
  const found = twoWay({ a: a.map(sums), b: b.map(sums), clips: counts });
  const only = isAlone ? onlyRight(a[0]?.predictions ?? [], b[0]?.predictions ?? []) : null;
  return {
    ...found,
    p: only === null ? found.p : mcnemar(only.a, only.b),
    claim: isAlone ? 'models' : 'settings',
    speakers: speakers.length,
    only,
  };
}

/** Where no seed changes anything, all replicates of a point are one training. */
function onceEach({ a, b }: Compared): Compared {
  const repeats = ([first, ...others]: readonly Training[]): boolean =>
    others.every(({ predictions }) => {
      const only = onlyRight(first?.predictions ?? [], predictions ?? []);
      return only.a + only.b === 0;
    });
  return repeats(a) && repeats(b) ? { a: a.slice(0, 1), b: b.slice(0, 1) } : { a, b };
}

/** Programs round what they print: to four digits at the least. */
const rounding = 5e-5;

/** Whether so large a share of them is right. */
export const isShareOf = (predictions: readonly Prediction[], value: number): boolean =>
  Math.abs(mean(predictions.map((one) => Number(isRight(one)))) - value) <= rounding;

/** The clips that all were tried on, where these were the same and what the values are about. */
function sharedClips(trainings: readonly Training[]): readonly Prediction[] | null {
  const [first] = trainings;
  const clips = first?.predictions ?? null;
  if (clips === null || clips.length === 0) return null;
  const files = new Set(clips.map(({ file }) => file));
  const areShared = trainings.every(
    ({ predictions, value }) =>
      predictions !== null &&
      predictions.length === files.size &&
      predictions.every(({ file }) => files.has(file)) &&
      isShareOf(predictions, value),
  );
  return areShared ? clips : null;
}

function bySpeaker(
  speakers: readonly string[],
  clips: readonly Prediction[],
  counts: (clip: Prediction) => boolean,
): number[] {
  const sums = new Map(speakers.map((speaker) => [speaker, 0]));
  for (const clip of clips) if (counts(clip)) sums.set(speakerOf(clip), (sums.get(speakerOf(clip)) ?? 0) + 1);
  return [...sums.values()];
}

function onlyRight(a: readonly Prediction[], b: readonly Prediction[]): { a: number; b: number } {
  const rightOfA = new Map(a.map((clip) => [clip.file, isRight(clip)]));
  const differ = b.filter((clip) => isRight(clip) !== rightOfA.get(clip.file));
  const ofB = differ.filter(isRight).length;
  return { a: differ.length - ofB, b: ofB };
}

const valuesOf = (trainings: readonly Training[]): number[] => trainings.map(({ value }) => value);

/** Student's test of two samples: nothing is known of other clips. */
function bySeeds(compared: Compared): Found {
  const [a, b] = [valuesOf(compared.a), valuesOf(compared.b)];
  const difference = mean(b) - mean(a);
  const spread = pooledSpread(compared);
  const unknown = { difference, low: null, high: null, p: null, seSeeds: null };
  const rest = { claim: 'clips', seSpeakers: null, speakers: null, only: null } as const;
  if (spread === null) return { ...unknown, ...rest };
  const freedom = a.length + b.length - 2;
  const se = spread * Math.sqrt(1 / a.length + 1 / b.length);
  const half = studentQuantile95(freedom) * se;
  return {
    difference,
    low: difference - half,
    high: difference + half,
    p: beyondStudent(difference / se, freedom),
    seSeeds: se,
    ...rest,
  };
}

/** How far one training lies from its point's mean; null with one each, or where all repeat themselves. */
function pooledSpread({ a, b }: Compared): number | null {
  const freedom = a.length + b.length - 2;
  const squares = sum([a, b].map((arm) => squaresOf(valuesOf(arm))));
  return freedom === 0 || squares === 0 ? null : Math.sqrt(squares / freedom);
}
