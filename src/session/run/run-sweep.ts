/** Runs sweeps from their declaration to their end: here, or in the coordinator that holds the ledger already. */
import type { Asked, Command } from '../../coordinator/core/command.ts';
import type { FleetHost } from '../../coordinator/hosts/fleet-host.ts';
import { connectionOf } from '../../coordinator/hosts/link.ts';
import { isLeft } from '../../coordinator/core/run-commands.ts';
import type { CoordinatorState } from '../../coordinator/hosts/state.ts';
import { liveFigures } from '../../coordinator/live.ts';
import { isAtRest } from '../../coordinator/rest.ts';
import { stranded } from '../../coordinator/stranded.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { LedgerWriter } from '../../ledger/store/writer.ts';
import { isPresumedLost } from '../../ledger/trials.ts';
import type { HostName } from '../../model/ids.ts';
import type { Caller } from '../caller.ts';
import { counted } from '../text/counted.ts';
import { sayHandedOn, startBehind } from './detach.ts';
import { follow, writeOrAsk } from './hand-over.ts';
import type { RunOutcome } from './run-outcome.ts';
import type { Awaited, RunRequest } from './run-request.ts';
import { openSession, type Session } from './session.ts';
import { sweepOf } from './verdict.ts';
import { type Over, Watched } from './watched.ts';

const momentMs = 250;
/** Sweeps that a line names. */
const mostNamed = 5;
/** The agent's grace before SIGKILL, and a little. */
const patienceMs = 12_000;

export async function runSweep(caller: Caller, request: RunRequest): Promise<RunOutcome> {
  const { folder, breakLock, isDetached } = request;
  const watched = new Watched(request);
  /** Whom a person was told that this follows. */
  let followed: number | null = null;
  try {
    for (let { command } = request, isFirst = true; ; isFirst = false) {
      const entered = await writeOrAsk(caller, folder, command, breakLock && isFirst);
      if (entered.kind === 'opened') {
        if (!isFirst) caller.tell('That coordinator has gone; this process takes its place.\n');
        return await coordinate(caller, request, watched, command, entered.writer);
      }
      if (isDetached) return 'done';
      const { answer, holder } = entered;
      const news =
        holder.pid === followed
          ? ''
          : `${answer} in the coordinator that holds the ledger (process ${holder.pid}); following it.\n`;
      followed = holder.pid;
      const outcome = await follow(caller, request, watched, { holder, news });
      if (outcome !== null) return outcome;
      command = { kind: 'go-on', asked: watched.asked };
    }
  } finally {
    watched.close();
  }
}

async function coordinate(
  caller: Caller,
  request: RunRequest,
  watched: Watched,
  command: Command,
  writer: LedgerWriter,
): Promise<RunOutcome> {
  const { folder, store, lab, foreground, isDetached, onInterrupt } = request;
  const { inventory } = lab;
  const turned = new Wakeup();
  const interrupted = onInterrupt();
  const session = await openSession({
    folder,
    store,
    hosts: lab.hosts,
    inventory: inventory === null ? null : { file: inventory, say: (line) => watched.notice(line) },
    writer,
    onCommitted: (events, metrics) => {
      watched.committed(events, metrics, session.coordinator.state.ledger);
      turned.wake();
    },
  });
  const sayMoment = (): void => {
    const { state } = session.coordinator;
    watched.moment(state.ledger, liveFigures(state, process.pid, writer.eventCount, Date.now()));
  };
  const timer = setInterval(() => {
    sayMoment();
    turned.wake();
  }, momentMs);
  const leaving = new AbortController();
  try {
    await Promise.race([session.coordinator.ask(command), session.failed]);
    watched.begin(session.coordinator.state.ledger);
    if (!foreground) sayOthers(watched, session.coordinator.state);
    const through = untilThrough(session, request, { watched, turned, sayMoment, leaving: leaving.signal });
    const end = await Promise.race([through, session.failed, interrupted.promise]);
    leaving.abort();
    if (end === 'interrupted' && foreground) await endTrials(session, watched, turned);
    const { ledger } = session.coordinator.state;
    if (watched.current !== null) {
      sayMoment();
      await watched.sayEnd(ledger, watched.current);
    }
    sayLeftRunning(caller, session);
    if (end === 'interrupted' && !foreground) leave(caller, ledger, watched);
    watched.close();
    const handedIn = await session.close();
    // Whoever ends a coordinator in the background means all that it does.
    if (end === 'through' || !isDetached) await handOn(caller, request, handedIn);
    return end === 'interrupted' ? end : watched.outcome;
  } finally {
    clearInterval(timer);
    watched.close();
    await session.close();
    interrupted.forget();
  }
}

interface Showing {
  readonly watched: Watched;
  readonly turned: Wakeup;
  readonly sayMoment: () => void;
  readonly leaving: AbortSignal;
}

/** Until all that is watched is over. Other sweeps are no business of this command, unless nobody else minds them. */
async function untilThrough(
  session: Session,
  { isDetached }: RunRequest,
  { watched, turned, sayMoment, leaving }: Showing,
): Promise<'through'> {
  while (!leaving.aborted) {
    const { state } = session.coordinator;
    await watched.look(state.ledger, (awaited) => {
      const over = overIn(state, awaited);
      // Why a host does nothing is said before the end that it leads to.
      if (over !== null) sayMoment();
      return over;
    });
    if (watched.current === null && isDetached) watched.add(state.ledger, session.handedIn());
    if (watched.current === null) break;
    // A command that another process handed over may have brought work after a time without any.
    session.coordinator.connect();
    await turned.next();
  }
  return 'through';
}

function overIn(state: CoordinatorState, { sweep: name, trials }: Awaited): Over | null {
  const sweep = sweepOf(state.ledger, name);
  if (isAtRest(state, sweep, trials)) return { obstacles: null };
  const obstacles = stranded(state, sweep, trials);
  return obstacles === null ? null : { obstacles };
}

/** Waits no longer than it takes to kill what does not end when it is asked to. */
async function endTrials(session: Session, { current }: Watched, turned: Wakeup): Promise<void> {
  if (current === null) return;
  await session.coordinator.ask({ kind: 'stop', sweep: current.sweep });
  const enough = AbortSignal.timeout(patienceMs);
  while (overIn(session.coordinator.state, current) === null && !enough.aborted) await turned.next();
}

/** What this run leaves alone, since nobody asked for it. */
function sayOthers(watched: Watched, { ledger, asked }: CoordinatorState): void {
  const others = [...ledger.sweeps.values()].filter((sweep) => isLeft(sweep) && !asked.has(sweep.name));
  if (others.length === 0) return;
  const parts = others.slice(0, mostNamed).map(({ name }) => `${name} (\`labsweep resume ${name}\`)`);
  const more = others.length - parts.length;
  watched.notice(
    `Nothing more starts of what was left before and is not asked for now: ${parts.join(', ')}` +
      `${more > 0 ? ` and ${more} more` : ''}.`,
  );
}

/** It is not there, and is to be. */
const isSilent = (host: FleetHost | undefined): boolean =>
  host !== undefined && host.link.kind !== 'left' && connectionOf(host.link) === null;

/** What was given up for lost on hosts that are still silent. */
function sayLeftRunning(caller: Caller, { coordinator }: Session): void {
  const { ledger, fleet } = coordinator.state;
  const counts = new Map<HostName, number>();
  for (const attempt of ledger.attempts.values())
    if (isPresumedLost(attempt) && isSilent(fleet.get(attempt.host)))
      counts.set(attempt.host, (counts.get(attempt.host) ?? 0) + 1);
  for (const [host, count] of counts)
    caller.tell(
      `${host} is silent and may still run ${counted(count, 'trial')} that ${count === 1 ? 'was' : 'were'} given up there; ` +
        `\`labsweep resume\` ends ${count === 1 ? 'it' : 'them'} once it is back.\n`,
    );
}

function leave(caller: Caller, ledger: LedgerState, watched: Watched): void {
  const { running, leased } = watched.countsLeft(ledger);
  const names = watched.asked.map(({ sweep }) => sweep);
  const stop = names.length === 1 ? `\`labsweep stop ${names[0]}\`` : '`labsweep stop --all`';
  caller.tell(
    `Left: ${counted(running, 'trial')} running and ${leased} waiting on their hosts.\n` +
      `\`labsweep resume\` comes back to them, ${stop} ends them.\n`,
  );
}

/** What others have asked this coordinator for and is not through goes on in the background. */
async function handOn(caller: Caller, { folder, lab }: RunRequest, asked: readonly Asked[]): Promise<void> {
  if (asked.length > 0) sayHandedOn(caller, asked, await startBehind(folder, asked, lab));
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
