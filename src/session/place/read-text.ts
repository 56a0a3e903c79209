import { readFileSync } from 'node:fs';
import { errorText } from '../text/error-text.ts';
import { SessionError } from '../session-error.ts';

/** A file that a person has written. @throws SessionError where it cannot be read: nothing was started */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const text = errorText(cause, false);
    throw new SessionError(text.startsWith(path) ? text : `${path}: ${text}`, { cause });
  }
}
