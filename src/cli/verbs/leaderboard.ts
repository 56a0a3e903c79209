import { Command } from 'commander';
import { leaderboard } from '../../results/leaderboard.ts';
import { leaderboardLines } from '../../results/leaderboard-table.ts';
import { leftLines } from '../left-artifacts.ts';
import { openState } from '../../session/ledger/open.ts';
import { jsonOption, stateOption, wholeNumber } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { jsonText } from '../../model/value.ts';

/** A screen of rows; --json has all. */
const rowsOfScreen = 30;

export const leaderboardVerb: Verb = (console) =>
  new Command('leaderboard')
    .summary('rank the points of a sweep')
    .description('Ranks the points of a sweep on its objective, with intervals over their replicates.')
    .argument('[sweep]', 'its name (default: the one that was started last)')
    .option('--limit <n>', `rows at most (default: ${rowsOfScreen}; with --json all)`, wholeNumber)
    .addOption(stateOption())
    .addOption(jsonOption('the ranking as one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep leaderboard lab --limit 10')
    .action((name: string | undefined, options: { limit?: number; state?: string; json?: boolean }) => {
      const { state } = openState(console, options);
      const sweep = sweepNamed(state, name);
      const board = leaderboard(state, sweep);
      if (options.json === true) {
        const { objective, rows, unranked, ignored, lacking } = board;
        console.out(
          `${jsonText({ sweep: board.sweep, objective, rows: rows.slice(0, options.limit), missing: unranked, ignored, lacking })}\n`,
        );
      } else
        console.out(
          `${[...leaderboardLines(board, console.columns, options.limit ?? rowsOfScreen), ...leftLines(state, sweep)].join('\n')}\n`,
        );
    });
