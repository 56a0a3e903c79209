/** Rules by which points are told apart. */
import type { Mutant } from './mutant.ts';

export const groupsMutants: readonly Mutant[] = [
  {
    breaks: 'accuracies are compared as they are, not as logits',
    file: 'results/groups/scale.ts',
    find: "if (goal === 'maximize' && areShares) return logitOf(values);",
    put: '',
    tests: ['results/groups/groups'],
  },
  {
    breaks: 'a point with a collapsed training counts in the spread of all',
    file: 'results/groups/spread.ts',
    find: 'far.add(widest);',
    put: 'break;',
    tests: ['results/groups/groups'],
  },
  {
    breaks: 'the calm of bad points tells good ones apart',
    file: 'results/groups/spread.ts',
    find: 'best.freedom >= leastFreedom && best.variance > all.variance ? best : all',
    put: 'all',
    tests: ['results/groups/groups'],
  },
  {
    breaks: 'each pair is judged as if it were the only one',
    file: 'results/groups/groups.ts',
    find: 'new StudentizedRange(count, variance.freedom)',
    put: 'new StudentizedRange(2, variance.freedom)',
    tests: ['results/groups/groups'],
  },
  {
    breaks: 'a point is told from one that a wider range cannot be told from',
    file: 'results/groups/letters.ts',
    find: 'Math.max(place, lasts[place - 1] ?? 0)',
    put: 'place',
    tests: ['results/groups/groups'],
  },
  {
    breaks: 'a point that lacks replicates has a group',
    file: 'results/leaderboard.ts',
    find: "rows.filter(({ section }) => section === 'complete')",
    put: 'rows',
    tests: ['results/leaderboard'],
  },
  {
    breaks: 'who was recorded is taken for no luck',
    file: 'results/compare/two-way.ts',
    find: 'const se = Math.sqrt(seeds + speakers);',
    put: 'const se = Math.sqrt(seeds);',
    tests: ['results/compare/reference'],
  },
  {
    breaks: 'predictions of another part of the data are compared',
    file: 'session/results/trainings.ts',
    find: 'find((predictions) => isShareOf(predictions, value))',
    put: 'find(() => true)',
    tests: ['cli/compare'],
  },
  {
    breaks: 'P7: points are chosen by a test figure',
    file: 'results/choice/choose-rows.ts',
    find: "return use === 'choose' && isTestMetric(name)",
    put: "return use === 'show' && isTestMetric(name)",
    tests: ['cli/chosen-leaderboard'],
  },
  {
    breaks: 'P7: a change is said to be better in points where the loss has risen',
    file: 'results/effects/effects.ts',
    find: 'difference * sign > 0',
    put: 'difference > 0',
    tests: ['cli/effects'],
  },
  {
    breaks: 'P7: a point that lacks replicates is held against others',
    file: 'results/effects/effects.ts',
    find: "row.section !== 'complete' || value === null",
    put: 'value === null',
    tests: ['cli/effects'],
  },
  {
    breaks: 'P7: what another point beats with less stands on the front',
    file: 'results/choice/front.ts',
    find: 'if (costs >= least) return [];',
    put: '',
    tests: ['cli/chosen-leaderboard'],
  },
];
