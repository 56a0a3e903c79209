/** Which rows of a leaderboard a command is about, by its options. */
import { InvalidArgumentError, Option } from 'commander';
import { type Condition, conditionOf } from '../results/choice/condition.ts';
import { chooseRows, nameProblem, type Order } from '../results/choice/choose-rows.ts';
import type { Leaderboard } from '../results/leaderboard.ts';
import { CommandError } from './exit.ts';

export interface ChoiceOptions {
  readonly where?: readonly Condition[];
  readonly front?: string;
  readonly sort?: Order;
  readonly columns?: readonly string[];
}

export const whereOption = (): Option =>
  new Option(
    '--where <condition>',
    "only points that meet it: 'layers<=8', 'case=BN'; may be said again",
  ).argParser(condition);

function condition(written: string, before: readonly Condition[] = []): readonly Condition[] {
  const found = conditionOf(written);
  if (found === null)
    throw new InvalidArgumentError(
      "a name, one of < <= = != >= > and a value, in quotes for the shell: 'layers<=8'.",
    );
  return [...before, found];
}

/** @throws CommandError where a name is none of this sweep's */
export function chosenRows(board: Leaderboard, options: ChoiceOptions): Leaderboard {
  const { where = [], front = null, sort = null, columns = [] } = options;
  const asked = [...where.map(({ name }) => name), front, sort?.name].filter((name) => name != null);
  const problem =
    asked.map((name) => nameProblem(board, name, 'choose')).find((one) => one !== null) ??
    columns.map((name) => nameProblem(board, name, 'show')).find((one) => one !== null);
  if (problem !== undefined) throw new CommandError(problem);
  return chooseRows(board, { where, front, sort });
}
