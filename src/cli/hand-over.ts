/** A command for a ledger that another process writes: it is handed over, and followed from the ledger. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from '../coordinator/core/command.ts';
import type { Sweep } from '../ledger/state.ts';
import { ledgerFile } from '../ledger/store/ledger-file.ts';
import { isOfAnotherFile, type LockHolder, thisProcess } from '../ledger/store/lock-holder.ts';
import type { LedgerWriter } from '../ledger/store/writer.ts';
import { askWriter } from '../ledger/store/writer-socket.ts';
import type { Console } from './console.ts';
import { CommandError, type ExitCode, exitCode } from './exit.ts';
import { onInterrupt } from './interrupt.ts';
import { openState } from './open.ts';
import type { RunRequest } from './run-request.ts';
import { becomeWriter } from './session.ts';
import { sweepOf, verdictOf } from './verdict.ts';

const pollMs = 300;
/** A writer that is just beginning or ending does not answer for a moment. */
const patienceMs = 5_000;

/** The process that holds the ledger carries the command out. */
interface Answered {
  readonly kind: 'answered';
  readonly answer: string;
  readonly holder: LockHolder;
}

export type WriterOrAnswer = { readonly kind: 'opened'; readonly writer: LedgerWriter } | Answered;

/**
 * Becomes the writer of a ledger, or hands the command to the one that lives.
 *
 * @throws CommandError where the holder is on another machine, does not answer or refuses
 */
export async function writeOrAsk(
  console: Console,
  folder: string,
  command: Command,
  breakLock: boolean,
): Promise<WriterOrAnswer> {
  for (let waited = 0; ; waited += pollMs) {
    const opened = becomeWriter(console, folder, breakLock);
    if (opened.kind === 'opened') return opened;
    const { holder } = opened;
    const who = `process ${holder.pid} on ${holder.hostname}`;
    const answer = await askWriter(folder, command);
    if (answer.kind === 'answered') return { kind: 'answered', answer: answer.answer, holder };
    if (answer.kind === 'refused')
      throw new CommandError(`${who} holds the ledger and refuses: ${answer.because}`);
    const isHere = holder.machine === thisProcess().machine;
    if (isHere && isOfAnotherFile(holder, join(folder, ledgerFile)))
      throw new CommandError(
        `${folder} is a copy: ${who} goes on with ${holder.ledger?.path}. Two that go on with one ledger take ` +
          'its hosts from each other; end that one first, or go on there. `labsweep resume --break-lock` goes on here.',
      );
    if (!isHere)
      throw new CommandError(
        `${who} holds the ledger, which can be asked only there. ` +
          'If it has ended for good, `labsweep resume --break-lock` takes its place.',
      );
    if (waited >= patienceMs)
      throw new CommandError(
        `${who} holds the ledger and does not answer. End it, or take its place by \`labsweep resume --break-lock\`.`,
      );
    await pause(pollMs);
  }
}

/**
 * Says how a sweep goes on in the coordinator of another process, until it has come to rest.
 *
 * @returns null where that coordinator has gone before
 */
export async function follow(
  console: Console,
  request: RunRequest,
  { answer, holder }: Answered,
): Promise<ExitCode | null> {
  const startedAt = performance.now();
  const interrupted = onInterrupt();
  console.err(`${answer} in the coordinator that holds the ledger (process ${holder.pid}); following it.\n`);
  try {
    const open = openState(console, { state: request.folder });
    const before = sweepOf(open.state, request.sweep).counts.succeeded;
    for (;;) {
      request.reporter.committed(open.refresh(), [], open.state);
      const sweep = sweepOf(open.state, request.sweep);
      if (hasEnded(sweep)) {
        const { succeeded, failed } = sweep.counts;
        const seconds = (performance.now() - startedAt) / 1_000;
        const summary = { sweep, cached: before, succeeded: succeeded - before, failed, seconds };
        await request.reporter.ended(open.state, summary);
        return verdictOf(console, sweep);
      }
      const live = open.live();
      if (live === null) return null;
      request.reporter.moment(open.state, live);
      if ((await Promise.race([pause(pollMs), interrupted.promise])) === 'interrupted') {
        console.err(
          `${sweep.name} goes on in process ${live.pid}.\n` +
            `\`labsweep resume ${sweep.name}\` follows it again, \`labsweep stop ${sweep.name}\` ends it.\n`,
        );
        return exitCode.interrupted;
      }
    }
  } finally {
    interrupted.forget();
  }
}

const hasEnded = ({ counts, status }: Sweep): boolean =>
  counts.leased + counts.running === 0 && (counts.queued === 0 || status.kind !== 'open');
