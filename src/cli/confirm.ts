import { createInterface } from 'node:readline/promises';
import type { Console } from './console.ts';

/** Whether a person sits there who can be asked. */
export const canAsk = (console: Console): boolean => console.live && process.stdin.isTTY;

/** A person at a terminal says yes; anything else is a no. */
export async function isConfirmed(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await asking.question(question)).trim());
  } finally {
    asking.close();
  }
}
