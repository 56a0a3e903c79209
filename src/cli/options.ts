/** Options that several verbs share, with how their words become values. */
import { InvalidArgumentError, Option } from 'commander';

export const stateOption = (): Option =>
  new Option('--state <dir>', 'the state folder (default: .labsweep, looked for upward)');
export const inventoryOption = (): Option =>
  new Option(
    '--inventory <file>',
    'the hosts (default: inventory.json, looked for upward; else this machine)',
  );
export const jsonOption = (what: string): Option => new Option('--json', what);
export const setOption = (): Option =>
  new Option('--set <key=value>', 'overrides a value of the file: fixed.epochs=2').argParser(
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  );
export const limitOption = (): Option =>
  new Option('--limit <n>', 'only the first n points').argParser(wholeNumber);
export const replicatesOption = (): Option =>
  new Option('--replicates <n>', 'this many replicates').argParser(wholeNumber);
export const keepOption = (): Option =>
  new Option(
    '--keep',
    'earlier results count although the program changed, and those without the metric stay as they are',
  ).conflicts('fresh');
export const freshOption = (): Option =>
  new Option(
    '--fresh',
    'train the trials again whose program files changed, or whose result lacks the metric',
  );
export const nameOption = (): Option => new Option('--name <name>', 'another name for the sweep');
export const yesOption = (): Option => new Option('--yes', 'go on with more than 200,000 trials');
export const allOption = (): Option => new Option('--all', 'every sweep that is open');
export const breakLockOption = (): Option =>
  new Option('--break-lock', 'take the ledger over from another machine, which must have stopped');
export const overwriteOption = (): Option =>
  new Option('--overwrite', 'take the place of a file that is there');

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on.');
  return value;
}
