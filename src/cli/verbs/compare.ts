import { Command } from 'commander';
import { jsonText } from '../../model/value.ts';
import { compare } from '../../results/compare/comparison.ts';
import { comparisonLines } from '../../results/compare/comparison-lines.ts';
import { labelOf, pointLabelOf } from '../../results/labels.ts';
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
    .addHelpText('after', "\nExample:\n  labsweep compare '#1' '#2'")
    .action(
      (nameOfA: string, nameOfB: string, options: { sweep?: string; state?: string; json?: boolean }) => {
        const opened = openState(console, options);
        const { objective } = sweepNamed(opened.state, options.sweep).declaration;
        const [a, b] = [nameOfA, nameOfB].map((name) => sideOf(opened, objective, name, options.sweep));
        if (a === undefined || b === undefined) return;
        const compared = { a: a.trainings, b: b.trainings };
        const comparison = compare(compared);
        if (options.json === true)
          console.out(`${jsonText({ objective, a: documentOf(a), b: documentOf(b), ...comparison })}\n`);
        else {
          const labels = { a: a.label, b: b.label };
          console.out(`${comparisonLines(objective, labels, compared, comparison).join('\n')}\n`);
        }
      },
    );

interface Side {
  readonly label: string;
  readonly trials: readonly Trial[];
  readonly trainings: readonly Training[];
}

/** @throws CommandError where nothing of it has a result */
function sideOf(opened: OpenState, objective: Objective, name: string, sweep: string | undefined): Side {
  const trials = trialsNamed(opened.state, name, sweep);
  const trainings = trainingsOf(opened, trials, objective);
  const [first] = trials;
  if (first === undefined || trainings.length === 0)
    throw new CommandError(
      `${name} has no result of ${objective.metric} yet; \`labsweep list\` shows what has`,
    );
  const label = trials.length === 1 ? labelOf(opened.state, first) : pointLabelOf(opened.state, first);
  return { label, trials, trainings };
}

const documentOf = ({ label, trials, trainings }: Side) => ({
  point: label,
  trials: trials.map(({ id }) => id),
  values: trainings.map(({ value }) => value),
});
