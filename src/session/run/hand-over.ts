/** A command for a ledger that another process writes: it is handed over, and followed from the ledger. */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from '../../coordinator/core/command.ts';
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import { isUnfinished } from '../../ledger/sweeps.ts';
import { ledgerFile } from '../../ledger/store/ledger-file.ts';
import { isOfAnotherFile, type LockHolder, thisProcess } from '../../ledger/store/lock-holder.ts';
import type { LedgerWriter } from '../../ledger/store/writer.ts';
import { askWriter } from '../../ledger/store/writer-socket.ts';
import type { Caller } from '../caller.ts';
import { SessionError } from '../session-error.ts';
import { openState } from '../ledger/open.ts';
import { standstillText } from '../ledger/silent-holder.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { Awaited, RunRequest } from './run-request.ts';
import { becomeWriter } from './session.ts';
import { sweepOf } from './verdict.ts';
import type { Over, Watched } from './watched.ts';

const pollMs = 300;
/** A writer that is just beginning or ending does not answer for a moment. */
const patienceMs = 10_000;

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
 * @throws SessionError where the holder is on another machine, does not answer or refuses
 */
export async function writeOrAsk(
  caller: Caller,
  folder: string,
  command: Command,
  breakLock: boolean,
): Promise<WriterOrAnswer> {
  for (let waited = 0; ; waited += pollMs) {
    const opened = becomeWriter(caller, folder, breakLock);
    if (opened.kind === 'opened') return opened;
    const { holder, isOlder } = opened;
    const who = `process ${holder.pid} on ${holder.hostname}`;
    if (isOlder && (command.kind === 'run' || command.kind === 'run-part'))
      throw new SessionError(
        `${who} is a coordinator of an older labsweep, which does not run all sweeps as they are written now. ` +
          `End it with \`kill ${holder.pid}\` (its trials go on), then run again.`,
      );
    const standstill = standstillText(holder);
    if (standstill !== null) throw new SessionError(standstill);
    const answer = await askWriter(folder, command);
    if (answer.kind === 'answered') return { kind: 'answered', answer: answer.answer, holder };
    if (answer.kind === 'refused')
      throw new SessionError(`${who} holds the ledger and refuses: ${answer.because}`);
    const isHere = holder.machine === thisProcess().machine;
    if (isHere && isOfAnotherFile(holder, join(folder, ledgerFile)))
      throw new SessionError(
        `${folder} is a copy: ${who} goes on with ${holder.ledger?.path}. Two that go on with one ledger take ` +
          'its hosts from each other; end that one first, or go on there. `labsweep resume --break-lock` goes on here.',
      );
    if (!isHere)
      throw new SessionError(
        `${who} holds the ledger, which can be asked only there. ` +
          'If it has ended for good, `labsweep resume --break-lock` takes its place.',
      );
    if (waited >= patienceMs)
      throw new SessionError(
        `${who} holds the ledger and does not answer. End it, or take its place by \`labsweep resume --break-lock\`.`,
      );
    await pause(pollMs);
  }
}

/**
 * Says how sweeps go on in the coordinator of another process, until all that is watched is over.
 *
 * @param of the process, and what is said of it before anything else
 * @returns null where that coordinator has gone before, or another one that was not asked for them has the ledger
 */
export async function follow(
  caller: Caller,
  { folder, onInterrupt }: RunRequest,
  watched: Watched,
  of: { readonly holder: LockHolder; readonly news: string },
): Promise<RunOutcome | null> {
  const interrupted = onInterrupt();
  const { holder } = of;
  // Who reads it may press Ctrl-C at once.
  if (of.news !== '') caller.tell(of.news);
  const answeredAt = Date.now();
  try {
    const open = openState(caller, { state: folder });
    watched.begin(open.state);
    for (;;) {
      const news = open.refresh();
      if (news.kind === 'another')
        throw new SessionError(
          `another ledger lies in ${folder} by now; process ${holder.pid}, which wrote the one before, says how ` +
            `that goes on. \`labsweep resume\` goes on with the one that is there.`,
          { kind: 'replaced' },
        );
      watched.committed(news.events, [], open.state);
      const live = open.live();
      await watched.look(open.state, (awaited) =>
        overBy(watched.countsOf(open.state, awaited), awaited, open.state, live),
      );
      const { current } = watched;
      if (current === null) return watched.outcome;
      // Figures of before the answer may know nothing of it.
      if (live === null || (live.at > answeredAt && saidOf(live, current)?.asked === false)) return null;
      watched.moment(open.state, live);
      if ((await Promise.race([pause(pollMs), interrupted.promise])) === 'interrupted') {
        const { sweep } = current;
        caller.tell(
          `${sweep} goes on in process ${live.pid}.\n` +
            `\`labsweep resume ${sweep}\` follows it again, \`labsweep stop ${sweep}\` ends it.\n`,
        );
        return 'interrupted';
      }
    }
  } finally {
    interrupted.forget();
  }
}

/** By what is committed; that no host can go on is known to the coordinator alone. */
function overBy(
  counts: Sweep['counts'],
  awaited: Awaited,
  ledger: LedgerState,
  live: LiveFigures | null,
): Over | null {
  const isOpen = sweepOf(ledger, awaited.sweep).status.kind === 'open';
  if (!isUnfinished(isOpen ? counts : { ...counts, queued: 0 })) return { obstacles: null };
  const obstacles = live === null ? null : (saidOf(live, awaited)?.stranded ?? null);
  return obstacles === null ? null : { obstacles };
}

const saidOf = (live: LiveFigures, { sweep }: Awaited): LiveFigures['sweeps'][number] | undefined =>
  live.sweeps.find((one) => one.sweep === sweep);
