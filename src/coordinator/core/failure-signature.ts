import type { AttemptEnd } from '../../model/attempt-end.ts';
import { outcomeText } from '../../model/outcome-text.ts';

/** What failures of one cause have in common. Numbers differ between trials that fail alike (addresses, steps, times): they are left out. */
export function signatureOf(end: AttemptEnd): string {
  const lastLine = end.logTail.trimEnd().split('\n').at(-1) ?? '';
  return `${outcomeText(end.outcome)} ${lastLine}`.replace(/[0-9a-f]*\d[0-9a-f]*/gi, '#');
}
