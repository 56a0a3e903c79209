import { Command, InvalidArgumentError, Option } from 'commander';
import { type Order, orderOf } from '../../results/choice/choose-rows.ts';
import { fileFormats, type FileFormat, leaderboardFile } from '../../results/formats/leaderboard-file.ts';
import { type Leaderboard, leaderboard } from '../../results/leaderboard.ts';
import { leaderboardLines } from '../../results/leaderboard-table.ts';
import { leftLines } from '../left-artifacts.ts';
import { openState } from '../../session/ledger/open.ts';
import { type ChoiceOptions, chosenRows, whereOption } from '../chosen-rows.ts';
import { jsonOption, stateOption, wholeNumber } from '../options.ts';
import type { Verb } from '../verb.ts';
import { sweepNamed } from '../../session/ledger/named-sweep.ts';
import { jsonText } from '../../model/value.ts';

/** A screen of rows; a file has all. */
const rowsOfScreen = 30;

interface LeaderboardOptions extends ChoiceOptions {
  readonly format: 'text' | FileFormat;
  readonly limit?: number;
  readonly state?: string;
  readonly json?: boolean;
}

export const leaderboardVerb: Verb = (console) =>
  new Command('leaderboard')
    .summary('rank the points of a sweep')
    .description('Ranks the points of a sweep on its objective, with intervals over their replicates.')
    .argument('[sweep]', 'its name (default: the one that was started last)')
    .addOption(whereOption())
    .option(
      '--front <column>',
      'only points of which no other one is as good with no more of this: parameters',
    )
    .option('--sort <column>', 'in this order, not by rank: parameters, parameters:desc', order)
    .option('--columns <names>', 'these columns, in place of the parameters that vary and all metrics', names)
    .addOption(
      new Option('--format <format>', 'how it is written').choices(['text', ...fileFormats]).default('text'),
    )
    .option(
      '--limit <n>',
      `rows at most (default: ${rowsOfScreen}; in files and with --json all)`,
      wholeNumber,
    )
    .addOption(stateOption())
    .addOption(jsonOption('the ranking as one JSON document').conflicts(['format', 'columns']))
    .addHelpText(
      'after',
      "\nExamples:\n  labsweep leaderboard lab --limit 10\n  labsweep leaderboard lab --where 'startChannels<=64' --format csv > lab.csv",
    )
    .action((name: string | undefined, options: LeaderboardOptions) => {
      const { state } = openState(console, options);
      const sweep = sweepNamed(state, name);
      const board = chosenRows(leaderboard(state, sweep), options);
      const { format, limit, columns: only = null } = options;
      if (options.json === true) return console.out(documentOf(board, limit));
      if (format !== 'text')
        return console.out(leaderboardFile(board, { limit: limit ?? board.rows.length, only }, format));
      const lines = leaderboardLines(board, console.columns, { limit: limit ?? rowsOfScreen, only });
      console.out(`${[...lines, ...leftLines(state, sweep)].join('\n')}\n`);
    });

function documentOf(board: Leaderboard, limit: number | undefined): string {
  const { sweep, objective, rows, unranked, ignored, lacking } = board;
  return `${jsonText({ sweep, objective, rows: rows.slice(0, limit), missing: unranked, ignored, lacking })}\n`;
}

function order(written: string): Order {
  const found = orderOf(written);
  if (found.name === '')
    throw new InvalidArgumentError('the name of a column, with :desc for the highest first.');
  return found;
}

function names(written: string): readonly string[] {
  const found = written.split(',').map((name) => name.trim());
  if (found.includes(''))
    throw new InvalidArgumentError('names with commas between them: dropout,test_accuracy.');
  return found;
}
