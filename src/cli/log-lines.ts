import { printable } from '../model/printed/printable.ts';

/** A traceback of Python with a few frames. */
const linesShown = 20;

/** The end of a log, to stand under the line that it explains. */
export const logLines = (tail: string, indent = '    '): string[] =>
  tail === ''
    ? []
    : tail
        .split('\n')
        .slice(-linesShown)
        .filter((line) => line !== '')
        .map((line) => `${indent}${printable(line)}`);
