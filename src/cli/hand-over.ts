/** A command for a ledger that another process writes: it is handed over, and followed from the ledger. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Sweep } from '../ledger/state.ts';
import type { LockHolder } from '../ledger/store/lock-holder.ts';
import { askWriter } from '../ledger/store/writer-socket.ts';
import type { Console } from './console.ts';
import { CommandError, type ExitCode } from './exit.ts';
import { openState } from './open.ts';
import type { RunRequest } from './run-request.ts';
import { sweepOf, verdictOf } from './verdict.ts';

const pollMs = 300;

export async function handOver(console: Console, request: RunRequest, holder: LockHolder): Promise<ExitCode> {
  const answer = await askHolder(request.folder, request.command, holder);
  console.err(`${answer} in the coordinator that holds the ledger (process ${holder.pid}); following it.\n`);
  return follow(console, request);
}

/** @throws CommandError where the holder is on another machine, does not answer or refuses */
export async function askHolder(folder: string, command: object, holder: LockHolder): Promise<string> {
  const answer = await askWriter(folder, command);
  if (answer.kind === 'answered') return answer.answer;
  const who = `process ${holder.pid} on ${holder.hostname}`;
  if (answer.kind === 'refused')
    throw new CommandError(`${who} holds the ledger and refuses: ${answer.because}`);
  throw new CommandError(
    `${who} holds the ledger and does not answer. If it has ended for good, add --break-lock.`,
  );
}

async function follow(console: Console, request: RunRequest): Promise<ExitCode> {
  const startedAt = performance.now();
  const open = openState(console, { state: request.folder });
  const before = sweepOf(open.state, request.sweep).counts.succeeded;
  for (;;) {
    request.reporter.committed(open.refresh(), [], open.state);
    const sweep = sweepOf(open.state, request.sweep);
    if (hasEnded(sweep)) {
      const { succeeded, failed } = sweep.counts;
      const seconds = (performance.now() - startedAt) / 1_000;
      await request.reporter.ended(open.state, {
        sweep,
        cached: before,
        succeeded: succeeded - before,
        failed,
        seconds,
      });
      request.reporter.close();
      return verdictOf(console, sweep);
    }
    const live = open.live();
    if (live === null)
      throw new CommandError(`the coordinator has gone; \`labsweep resume ${sweep.name}\` goes on.`);
    request.reporter.moment(open.state, live);
    await pause(pollMs);
  }
}

const hasEnded = ({ counts, status }: Sweep): boolean =>
  counts.leased + counts.running === 0 && (counts.queued === 0 || status.kind === 'stopped');
