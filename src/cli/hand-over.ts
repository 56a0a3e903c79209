/** A command for a ledger that another process writes: it is handed over, and followed from the ledger. */
import { setTimeout as pause } from 'node:timers/promises';
import { fold } from '../ledger/fold.ts';
import { emptyLedger } from '../ledger/state.ts';
import { readLive } from '../ledger/store/live-file.ts';
import type { LockHolder } from '../ledger/store/lock-holder.ts';
import { openReader } from '../ledger/store/reader.ts';
import { askWriter } from '../ledger/store/writer-socket.ts';
import type { Console } from './console.ts';
import { CommandError, type ExitCode } from './exit.ts';
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
  if (answer.kind === 'refused') throw new CommandError(`${who} holds the ledger and refuses: ${answer.because}`);
  throw new CommandError(
    `${who} holds the ledger and does not answer. If it has ended for good, add --break-lock.`,
  );
}

async function follow(console: Console, request: RunRequest): Promise<ExitCode> {
  const startedAt = performance.now();
  let ledger = emptyLedger();
  let seq = 0;
  let before: number | null = null;
  for (;;) {
    const opened = openReader(request.folder);
    if (opened.kind === 'opened') {
      const read = opened.reader.read(seq);
      seq = read.seq;
      ledger = read.events.reduce(fold, ledger);
      if (before !== null) request.reporter.committed(read.events, [], ledger);
    }
    const sweep = sweepOf(ledger, request.sweep);
    before ??= sweep.counts.succeeded;
    const { queued, leased, running } = sweep.counts;
    if (leased + running === 0 && (queued === 0 || sweep.status.kind === 'stopped')) {
      const { succeeded, failed } = sweep.counts;
      const seconds = (performance.now() - startedAt) / 1_000;
      request.reporter.ended(ledger, { sweep, cached: before, succeeded: succeeded - before, failed, seconds });
      request.reporter.close();
      return verdictOf(console, sweep);
    }
    const live = readLive(request.folder);
    if (live !== null) request.reporter.moment(ledger, live.live);
    await pause(pollMs);
  }
}
