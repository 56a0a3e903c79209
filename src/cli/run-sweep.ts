/** Runs a sweep from its declaration to its end: here, or in the coordinator that holds the ledger already. */
import { liveFigures } from '../coordinator/live.ts';
import { isAtRest } from '../coordinator/rest.ts';
import { stranded } from '../coordinator/stranded.ts';
import type { Sweep } from '../ledger/state.ts';
import type { LedgerWriter } from '../ledger/store/writer.ts';
import { isPresumedLost } from '../ledger/trials.ts';
import type { HostName } from '../model/ids.ts';
import { refusalText } from '../model/refusal-text.ts';
import type { Console } from './console.ts';
import { counted } from './counted.ts';
import { type ExitCode, exitCode } from './exit.ts';
import { follow, writeOrAsk } from './hand-over.ts';
import { onInterrupt } from './interrupt.ts';
import { logLines } from './log-lines.ts';
import type { RunRequest } from './run-request.ts';
import { openSession, type Session } from './session.ts';
import { exitCodeOf, sweepOf, verdictOf } from './verdict.ts';

const momentMs = 250;
/** The agent's grace before SIGKILL, and a little. */
const patienceMs = 12_000;

export async function runSweep(console: Console, request: RunRequest): Promise<ExitCode> {
  const { folder, command, breakLock, reporter } = request;
  try {
    for (;;) {
      const entered = await writeOrAsk(console, folder, command, breakLock);
      if (entered.kind === 'opened') return await coordinate(console, request, entered.writer);
      const code = await follow(console, request, entered);
      if (code !== null) return code;
      console.err('That coordinator has gone; this process takes its place.\n');
    }
  } finally {
    reporter.close();
  }
}

async function coordinate(console: Console, request: RunRequest, writer: LedgerWriter): Promise<ExitCode> {
  const { reporter, folder, store, lab } = request;
  const { inventory } = lab;
  const startedAt = performance.now();
  const turned = new Wakeup();
  const interrupted = onInterrupt();
  const session = await openSession({
    folder,
    store,
    hosts: lab.hosts,
    inventory: inventory === null ? null : { file: inventory, say: (line) => reporter.notice(line) },
    writer,
    onCommitted: (events, metrics) => {
      reporter.committed(events, metrics, session.coordinator.state.ledger);
      turned.wake();
    },
  });
  const sayMoment = (): void => {
    const { state } = session.coordinator;
    reporter.moment(state.ledger, liveFigures(state, process.pid, writer.eventCount, Date.now()));
  };
  const timer = setInterval(() => {
    sayMoment();
    turned.wake();
  }, momentMs);
  try {
    await Promise.race([session.coordinator.ask(request.command), session.failed]);
    const before = succeededNow(session, request.sweep);
    const end = await Promise.race([
      untilRest(session, request.sweep, turned),
      session.failed,
      interrupted.promise,
    ]);
    if (end === 'interrupted' && request.foreground) await endTrials(session, request.sweep, turned);
    sayMoment();
    const sweep = sweepOf(session.coordinator.state.ledger, request.sweep);
    await reporter.ended(session.coordinator.state.ledger, {
      sweep,
      cached: before,
      succeeded: sweep.counts.succeeded - before,
      failed: sweep.counts.failed,
      seconds: (performance.now() - startedAt) / 1_000,
    });
    sayLeftRunning(console, session);
    if (end === 'interrupted') return request.foreground ? exitCode.interrupted : leave(console, sweep);
    return verdict(console, session, sweep, request.foreground);
  } finally {
    clearInterval(timer);
    reporter.close();
    await session.close();
    interrupted.forget();
  }
}

/** Until the sweep has come to rest, and with it all others that are open: one coordinator serves them all. */
async function untilRest(session: Session, name: string, turned: Wakeup): Promise<'rest'> {
  for (;;) {
    const { state } = session.coordinator;
    if (isAtRest(state) || stranded(state, sweepOf(state.ledger, name)) !== null) return 'rest';
    // A command that another process handed over may have brought work after a time without any.
    session.coordinator.connect();
    await turned.next();
  }
}

/** Waits no longer than it takes to kill what does not end when it is asked to. */
async function endTrials(session: Session, name: string, turned: Wakeup): Promise<void> {
  await session.coordinator.ask({ kind: 'stop', sweep: name });
  const enough = AbortSignal.timeout(patienceMs);
  while (!isAtRest(session.coordinator.state) && !enough.aborted) await turned.next();
}

const succeededNow = (session: Session, name: string): number =>
  sweepOf(session.coordinator.state.ledger, name).counts.succeeded;

function verdict(console: Console, session: Session, sweep: Sweep, foreground: boolean): ExitCode {
  const where = stranded(session.coordinator.state, sweep);
  if (where !== null) {
    for (const { host, refusal } of where) {
      console.err(`${host}: ${refusalText(refusal)}\n`);
      if (refusal.kind === 'unprepared')
        console.err(
          logLines(refusal.logTail)
            .map((line) => `${line}\n`)
            .join(''),
        );
    }
    console.err(
      `No host can go on with ${counted(sweep.counts.queued, 'trial')} of ${sweep.name}; \`labsweep run\` tries again.\n`,
    );
    return exitCode.noHost;
  }
  return foreground ? exitCodeOf(sweep) : verdictOf(console, sweep);
}

/** What was given up for lost on hosts that are still silent. */
function sayLeftRunning(console: Console, { coordinator }: Session): void {
  const { ledger, fleet } = coordinator.state;
  const counts = new Map<HostName, number>();
  for (const attempt of ledger.attempts.values())
    if (isPresumedLost(attempt) && fleet.get(attempt.host)?.link.kind === 'connecting')
      counts.set(attempt.host, (counts.get(attempt.host) ?? 0) + 1);
  for (const [host, count] of counts)
    console.err(
      `${host} is silent and may still run ${counted(count, 'trial')} that ${count === 1 ? 'was' : 'were'} given up there; ` +
        `\`labsweep resume\` ends ${count === 1 ? 'it' : 'them'} once it is back.\n`,
    );
}

function leave(console: Console, sweep: Sweep): ExitCode {
  const { running, leased } = sweep.counts;
  console.err(
    `Left: ${counted(running, 'trial')} running and ${leased} waiting on their hosts.\n` +
      `\`labsweep resume\` comes back to them, \`labsweep stop ${sweep.name}\` ends them.\n`,
  );
  return exitCode.interrupted;
}

/** Lets one waiter go on at the next event. */
class Wakeup {
  #waiting = Promise.withResolvers<void>();

  wake(): void {
    this.#waiting.resolve();
    this.#waiting = Promise.withResolvers<void>();
  }

  next(): Promise<void> {
    return this.#waiting.promise;
  }
}
