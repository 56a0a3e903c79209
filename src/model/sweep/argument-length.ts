/** Arguments and variables that no system hands to a program, on whichever host a trial is started. */
import type { Params } from '../grid/params.ts';
import type { ParsedSweep } from './parse-sweep.ts';
import type { ParamIssue } from '../program.ts';
import { renderCommand } from '../command/render-command.ts';
import { issueAt, type KeyPath, type SourceIssue } from '../source/source-issue.ts';
import type { SweepFile } from './sweep-file.ts';
import { type ParamValue, valueText } from '../value.ts';

/** MAX_ARG_STRLEN of Linux without the NUL (execve(2), "Limits on size of arguments and environment"). */
const mostBytes = 128 * 1024 - 1;
/** Shorter values make no argument that is too long, however many of them it holds. */
const longValue = 1_000;

const message =
  'is longer than the 131,071 bytes that a system takes in one argument or variable; put it into a file of the program, ' +
  'or let the program read it from the file that `{params}` names';

const isTooLong = (text: string): boolean => new TextEncoder().encode(text).length > mostBytes;

/** Words and variables of the program that are too long by themselves. */
export function argumentLengthIssues({
  sweep: { program },
  locate,
}: Extract<ParsedSweep, { kind: 'sweep' }>): SourceIssue[] {
  if (program.kind !== 'command') return [];
  const at = (key: KeyPath, text: string): SourceIssue[] =>
    isTooLong(text) ? [issueAt(locate(key), key, message)] : [];
  return [
    ...program.command.flatMap((word, index) => at(['program', 'command', index], word)),
    ...Object.entries(program.env).flatMap(([name, value]) =>
      at(['program', 'env', name], `${name}=${value}`),
    ),
  ];
}

/** The parameter that makes an argument of a point too long; null as a rule. */
export function tooLongParameter(program: SweepFile['program'], params: Params): ParamIssue | null {
  if (program.kind !== 'command') return null;
  const [longest] = Object.entries(params)
    .map(([name, value]) => ({ name, length: lengthOf(value) }))
    .filter(({ length }) => length > longValue)
    .toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return null;
  const { command, argStyle, booleans } = program;
  const isOver = renderCommand(command, { ...ofTheHost, params, argStyle, booleans }).some(isTooLong);
  return isOver ? { parameter: longest.name, message } : null;
}

/** Numbers are short. */
const lengthOf = (value: ParamValue): number => (typeof value === 'number' ? 0 : valueText(value).length);

/** What only the host and the trial know is short. */
const ofTheHost = {
  seed: 1,
  data: null,
  checkpoint: '',
  artifacts: '',
  trial: '',
  paramsFile: '',
  node: '',
};
