import { Command } from 'commander';
import { jsonText } from '../../model/value.ts';
import { effectLines } from '../../results/effects/effect-lines.ts';
import { effectsOf } from '../../results/effects/effects.ts';
import { leaderboard } from '../../results/leaderboard.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { openState } from '../../session/ledger/open.ts';
import { chosenRows, type ChoiceOptions, whereOption } from '../chosen-rows.ts';
import { jsonOption, stateOption, wholeNumber } from '../options.ts';
import type { Verb } from '../verb.ts';

/** A screen of rows; --json has all. */
const rowsOfScreen = 30;

interface EffectsOptions extends ChoiceOptions {
  readonly limit?: number;
  readonly state?: string;
  readonly json?: boolean;
}

export const effectsVerb: Verb = (console) =>
  new Command('effects')
    .summary('say what each parameter does')
    .description(
      'Says for each pair of values of a parameter how the objective differs, over all points that differ in nothing else.',
    )
    .argument('[sweep]', 'its name (default: the one that was started last)')
    .addOption(whereOption())
    .option('--limit <n>', `rows at most (default: ${rowsOfScreen}; with --json all)`, wholeNumber)
    .addOption(stateOption())
    .addOption(jsonOption('the effects as one JSON document'))
    .addHelpText('after', "\nExample:\n  labsweep effects lab --where 'layers>=7'")
    .action((name: string | undefined, options: EffectsOptions) => {
      const { state } = openState(console, options);
      const board = chosenRows(leaderboard(state, sweepNamed(state, name)), options);
      const effects = effectsOf(board);
      const { sweep, objective } = board;
      if (options.json === true)
        return console.out(`${jsonText({ sweep, objective, effects: effects.slice(0, options.limit) })}\n`);
      console.out(`${effectLines(board, effects, options.limit ?? rowsOfScreen).join('\n')}\n`);
    });
