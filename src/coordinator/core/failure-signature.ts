import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { outcomeText } from '../../model/result/outcome-text.ts';
import { lastLineOf } from '../../model/printed/printed-lines.ts';

/** What failures of one cause have in common. Numbers differ between trials that fail alike (addresses, steps, times): they are left out. */
export function signatureOf(end: AttemptEnd): string {
  const lastLine = lastLineOf(end.logTail);
  // One pass: an expression that itself asks for a digit looks for it anew from each letter on.
  return `${outcomeText(end.outcome)} ${lastLine}`.replace(/[0-9a-f]+/gi, (word) =>
    /\d/.test(word) ? '#' : word,
  );
}
