import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { CommandError, exitCode } from './exit.ts';

/**
 * A person at a terminal says yes; anything else is a no, the end of the input (Ctrl-D) among it.
 *
 * @throws CommandError after Ctrl-C
 */
export async function isConfirmed(question: string): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const answered = new AbortController();
  const interrupted = once(asking, 'SIGINT', answered).then(() => {
    throw new CommandError('\nInterrupted; that counts as a no.', { exitCode: exitCode.interrupted });
  });
  try {
    const answer = await Promise.race([asking.question(question), interrupted]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    process.stderr.write('\n');
    return false;
  } finally {
    interrupted.catch(() => {}); // nobody presses Ctrl-C here any more
    answered.abort();
    asking.close();
  }
}
