import { Command } from 'commander';
import { jsonText } from '../../model/value.ts';
import { compare } from '../../results/compare/comparison.ts';
import { comparisonLines } from '../../results/compare/comparison-lines.ts';
import { resultOf } from '../../results/result.ts';
import { labelOf, pointLabelOf } from '../../ledger/labels.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { openState, type OpenState } from '../../session/ledger/open.ts';
import type { Trial } from '../../ledger/state.ts';
import type { Objective } from '../../model/result/metrics.ts';
import type { Training } from '../../results/compare/comparison.ts';
import { trainingsOf } from '../../session/results/trainings.ts';
import { CommandError } from '../exit.ts';
import { jsonOption, stateOption } from '../options.ts';
import { trialsNamed } from '../trial-argument.ts';
import type { Verb } from '../verb.ts';

export const compareVerb: Verb = (console) =>
  new Command('compare')
    .summary('say whether one point is better than another')
    .description(
      'Says how far two points are apart, whether that is more than the luck of seeds and of who was recorded, and how many replicates would settle it.',
    )
    .argument('<a>', '#rank, parameters like layers=8,dropout=0.5, or a prefix of a trial’s id')
    .argument('<b>', 'likewise')
    .option(
      '--sweep <name>',
      'the sweep whose objective and ranking are meant (default: the one that was started last)',
    )
    .addOption(stateOption())
    .addOption(jsonOption('the comparison as one JSON document'))
    .addHelpText('after', "\nExamples:\n  labsweep compare layers=4 layers=8\n  labsweep compare '#1' '#2'")
    .action(
      (nameOfA: string, nameOfB: string, options: { sweep?: string; state?: string; json?: boolean }) => {
        const opened = openState(console, options);
        const { objective } = sweepNamed(opened.state, options.sweep).declaration;
        const [a, b] = [nameOfA, nameOfB].map((name) => sideOf(opened, objective, name, options.sweep));
        if (a === undefined || b === undefined) return;
        if (a.trials.some((trial) => b.trials.includes(trial)))
          throw new CommandError(`${nameOfA} and ${nameOfB} share trials: two different points are compared`);
        const compared = { a: a.trainings, b: b.trainings };
        const comparison = compare(compared);
        if (options.json === true)
          console.out(`${jsonText({ objective, a: documentOf(a), b: documentOf(b), ...comparison })}\n`);
        else {
          const labels = { a: a.label, b: b.label };
          const lines = [...comparisonLines(objective, labels, compared, comparison), ...notesOf([a, b])];
          console.out(`${lines.join('\n')}\n`);
        }
      },
    );

interface Side {
  readonly name: string;
  readonly label: string;
  readonly trials: readonly Trial[];
  readonly trainings: readonly Training[];
  /** Replicates that diverged: they have no figure. */
  readonly diverged: number;
}

/** @throws CommandError where nothing of it has a figure */
function sideOf(opened: OpenState, objective: Objective, name: string, sweep: string | undefined): Side {
  const { state } = opened;
  const trials = trialsNamed(state, name, sweep);
  const trainings = trainingsOf(opened, trials, objective);
  const diverged = trials.filter((trial) => resultOf(state, trial, objective)?.value === null).length;
  const [first] = trials;
  if (first === undefined || trainings.length === 0)
    throw new CommandError(
      diverged > 0
        ? `${name} has no finite ${objective.metric} to compare: all that have ended diverged`
        : `${name} has no result of ${objective.metric}; \`labsweep list\` shows what has`,
    );
  const label = trials.length === 1 ? labelOf(state, first) : pointLabelOf(state, first);
  return { name, label, trials, trainings, diverged };
}

/** What a person has to know of how the two were chosen, and of what is left out. */
const notesOf = (sides: readonly Side[]): string[] => [
  ...sides.flatMap(({ name, diverged, trials }) =>
    diverged === 0
      ? []
      : [
          `${name}: ${diverged} of ${trials.length} replicates diverged and ${diverged === 1 ? 'is' : 'are'} left out.`,
        ],
  ),
  ...(sides.some(({ name }) => name.startsWith('#'))
    ? [
        'Points that are picked by their rank were lucky as well: which of all points are told apart, `ranks` of `labsweep leaderboard` says.',
      ]
    : []),
];

const documentOf = ({ label, trials, trainings, diverged }: Side) => ({
  point: label,
  diverged,
  trials: trials.map(({ id }) => id),
  values: trainings.map(({ value }) => value),
});
