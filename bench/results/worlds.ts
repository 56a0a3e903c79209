/** Sweeps whose truth is known: what their trainings come to by the luck of seeds, and of the clips that they are tried on. */
import type { Objective } from '../../src/model/result/metrics.ts';
import type { Random } from '../../test/simulation/random.ts';

export interface World {
  readonly name: string;
  readonly goal: Objective['goal'];
  /** Of each point, what its trainings come to without luck. */
  readonly truths: readonly number[];
  readonly replicates: number;
  /** What one training comes to; null where it is missing. */
  readonly train: (truth: number, random: Random) => number | null;
}

/** Clips of the reports' test set. */
const clips = 5_297;
const usual = 0.95;
const seedSpreads = [0, 0.2, 0.4, 0.8] as const;

/** Box and Muller 1958. */
const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

/** The share of so many clips that a network gets right, each by itself with the same chance. */
function tried(chance: number, count: number, random: Random): number {
  let right = 0;
  for (let clip = 0; clip < count; clip += 1) right += Number(random.chance(chance));
  return right / count;
}

/**
 * All trainings are tried on the same clips. Most of these every training gets right; the others are doubtful, and every
 * second one of them is right by luck. So two trainings of one point differ in about as many clips as both have wrong.
 */
function triedOnClips(share: number, random: Random): number {
  const doubtful = 2 * (1 - share) * clips;
  const right = Math.round(clips - doubtful / 2 + Math.sqrt(doubtful / 4) * normal(random));
  return Math.min(clips, Math.max(0, right)) / clips;
}

/** A seed moves every point by as much. @param spread in hundredths of accuracy */
export const inPoints =
  (spread: number) =>
  (truth: number, random: Random): number =>
    triedOnClips(Math.min(1, Math.max(0, truth + (spread / 100) * normal(random))), random);

/** A seed moves points near 1 less. @param spread in hundredths of accuracy, of a point of 0.95 */
export const inLogits =
  (spread: number) =>
  (truth: number, random: Random): number => {
    const logit = Math.log(truth / (1 - truth)) + (spread / 100 / (usual * (1 - usual))) * normal(random);
    return triedOnClips(1 / (1 + Math.exp(-logit)), random);
  };

const equal = (count: number, truth = usual): number[] => Array.from({ length: count }, () => truth);

const accuracies = (name: string, replicates: number, train: World['train'], truth = usual): World => ({
  name: `${name}, ${replicates} replicates`,
  goal: 'maximize',
  truths: equal(20, truth),
  replicates,
  train,
});

/** Sweeps without any difference. */
export const equalWorlds: readonly World[] = [2, 3, 5].flatMap((replicates) => [
  ...seedSpreads.map((spread) => accuracies(`seeds spread ${spread} points`, replicates, inPoints(spread))),
  accuracies('80 clips at 0.99', replicates, (truth, random) => tried(truth, 80, random), 0.99),
  accuracies('a third missing', replicates, (truth, random) =>
    random.chance(1 / 3) ? null : inPoints(0.4)(truth, random),
  ),
  accuracies('3 % collapsed', replicates, (truth, random) =>
    inPoints(0.4)(random.chance(0.03) ? 1 / 16 : truth, random),
  ),
  {
    ...accuracies(
      'log-normal loss',
      replicates,
      (truth, random) => truth * Math.exp(0.2 * normal(random)),
      0.2,
    ),
    goal: 'minimize',
  },
]);

/** The lab's 147 points, of which the best 20 are equal and the others ever worse. */
export const labWorlds: readonly World[] = [
  { name: 'constant in points', train: inPoints(0.4) },
  { name: 'constant in logits', train: inLogits(0.4) },
].map(({ name, train }) => ({
  name: `147 points, seeds spread ${name}`,
  goal: 'maximize',
  truths: [...equal(20, 0.96), ...Array.from({ length: 127 }, (_, place) => 0.955 - 0.0018 * place)],
  replicates: 3,
  train,
}));

/** One of 20 points is better. */
export const betterWorlds: readonly (World & { readonly found: number; readonly within: number })[] = [
  { by: 1, spread: 0.4, found: 0.44, within: 0.04 },
  { by: 1, spread: 0.8, found: 0.055, within: 0.02 },
  { by: 2, spread: 0.8, found: 0.76, within: 0.04 },
].map(({ by, spread, ...expected }) => ({
  ...accuracies(`${by} points better, seeds spread ${spread}`, 5, inLogits(spread)),
  truths: [usual + by / 100, ...equal(19)],
  ...expected,
}));
