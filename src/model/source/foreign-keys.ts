/** Keys of other tools' sweep files (Weights & Biases, Optuna, Ray Tune), each with labsweep's own words for it. */
import { own } from '../own.ts';
import type { KeyPath } from './source-issue.ts';
import { jsonText } from '../value.ts';

const some = 'labsweep trains every point of `grid`, or draws some of them: `sample: {points: 20, seed: 1}`';
const range =
  'the values of a range are `{from: 0.1, to: 0.5, step: 0.1}`, or `{from: 0.0001, to: 0.1, log: 4}`';

const inFile: Readonly<Record<string, string>> = {
  method: some,
  run_cap: some,
  num_samples: some,
  n_trials: some,
  metric: 'the metric that ranks the points stands in `objective: {metric: val_loss, goal: minimize}`',
  direction: 'the goal stands in `objective: {metric: val_loss, goal: minimize}`',
  parameters:
    'the parameters that vary stand in `grid`, each with its values: `grid: {lr: {from: 0.0001, to: 0.1, log: 4}, ' +
    'optimizer: [sgd, adam]}`; those with one value stand in `fixed: {epochs: 10}`',
  early_terminate: 'labsweep trains every point to its end; take this key out',
  command: 'the command stands in `program: {command: [python3, train.py, "{args}"], files: .}`',
  name: "the sweep's name is `sweep: NAME`",
};

const inAxis: Readonly<Record<string, string>> = {
  min: range,
  max: range,
  low: range,
  high: range,
  distribution: `labsweep draws nothing but points: ${range}`,
  q: range,
};

/** What to write for a key that labsweep does not have; null where it is nobody's. */
export function ownWordsFor(key: KeyPath, given: unknown): string | null {
  const name = String(key.at(-1));
  if (key.length === 1) return own(inFile, name) ?? null;
  if (key[0] !== 'grid' || key.filter((part) => typeof part === 'string').length !== 3) return null;
  const axis = String(key.at(-2));
  if (name === 'values' && Array.isArray(given))
    return `the values stand there by themselves: \`${axis}: ${jsonText(given)}\``;
  if (name === 'value') return `one value stands in \`fixed: {${axis}: ${jsonText(given)}}\``;
  return own(inAxis, name) ?? null;
}
