/** A parameter that a command passes under another name is left out of `{args}`: whether that is meant, its writer knows. */
import { parametersOf } from '../model/axis.ts';
import { wholeParameters } from '../model/placeholder.ts';
import type { SweepFile } from '../model/sweep-file.ts';

/** One sentence with its remedy; null where there is nothing to say. */
export function argsNote({
  program,
  fixed,
  grids,
}: Pick<SweepFile, 'program' | 'fixed' | 'grids'>): string | null {
  if (program.kind === 'builtin' || !program.command.includes('{args}')) return null;
  const parameters = new Set([...Object.keys(fixed), ...grids.flat().flatMap(parametersOf)]);
  const renamed = [...wholeParameters(program.command, (name) => parameters.has(name))].flatMap(
    ([parameter, flag]) =>
      flag === null || letters(flag) === letters(parameter) ? [] : [{ parameter, flag }],
  );
  if (renamed.length === 0) return null;
  const said = renamed.map(({ parameter, flag }) => `${parameter} (passed as ${flag})`).join(', ');
  return `{args} leaves out what the command passes itself: ${said}. A program that needs both is given both by name, without {args}.`;
}

/** `--run-name`, `run_name` and `runName` are one name. */
const letters = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();
