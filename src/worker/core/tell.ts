/** What a writer is told of its attempts, and what of it only once it said what it has committed. */
import type { LedgerId } from '../../model/ids.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import type { HeldAttempt } from './held-attempt.ts';
import type { WorkerState } from './state.ts';
import { figuresToTell } from './figures-told.ts';
import { holdsOf } from './guard.ts';
import { holdings } from './holdings.ts';
import type { WorkerTurn } from './turn.ts';

/** Rules that flicker, as slots do between two short trials, are told this often at most. */
const changesEveryMs = 100;

/**
 * Starts are told together. What has ended by then is not told of at all: of trials that take milliseconds, the end
 * says everything, and telling of each start would cost as much as the trial.
 */
const startsEveryMs = 100;

export function noteStart({ state, now }: WorkerTurn, attempt: string): void {
  if (state.untold.size === 0) state.untoldSince = now;
  state.untold.add(attempt);
}

/** When `tellStarts` has something to tell, at the latest; null where it has nothing. */
export const startsDueAt = ({ untold, untoldSince }: WorkerState): number | null =>
  untold.size === 0 ? null : untoldSince + startsEveryMs;

export function tellStarts(turn: WorkerTurn): void {
  const { state, now } = turn;
  const due = startsDueAt(state);
  if (due === null || now < due) return;
  const byLedger = new Map<LedgerId, { attempt: string; device: string }[]>();
  for (const attempt of state.untold) {
    const held = state.attempts.get(attempt);
    if (held === undefined) continue;
    const started = byLedger.get(held.ledger) ?? [];
    started.push({ attempt, device: held.device });
    byLedger.set(held.ledger, started);
  }
  state.untold.clear();
  for (const [ledger, attempts] of byLedger) turn.tell(ledger, { kind: 'started', attempts });
}

/** A program's lines may have 64 KiB each, and no message is to keep others waiting. */
const mostCharsAtOnce = 1024 ** 2;

/** Sends the kept lines that the writer has not been sent. */
export function sendLines(turn: WorkerTurn, held: HeldAttempt): void {
  const connection = readyWriter(turn, held.ledger);
  if (connection === null) return;
  const { lines } = held.kept;
  while (held.sentLines < lines.length) {
    const from = held.sentLines;
    held.sentLines = endOfBatch(lines, from);
    turn.instruct({
      kind: 'send',
      connection,
      message: {
        kind: 'metrics',
        attempt: held.lease.attempt,
        from,
        lines: lines.slice(from, held.sentLines),
      },
    });
  }
}

/** Behind the last line that fits into a message, of which there is one at least. */
function endOfBatch(lines: readonly MetricsLine[], from: number): number {
  let end = from + 1;
  for (let chars = charsOf(lines[from]); end < lines.length; end += 1) {
    chars += charsOf(lines[end]);
    if (chars > mostCharsAtOnce) break;
  }
  return end;
}

/** About as many as in JSON, without writing it. */
function charsOf(line: MetricsLine = {}): number {
  let chars = 0;
  for (const name in line) chars += name.length + 24 + String(line[name] ?? '').length;
  return chars;
}

/** Tells an end, whose acknowledgement lets go of it: after its lines, so that what is acknowledged has them. */
export function sendEnd(turn: WorkerTurn, held: HeldAttempt): void {
  const connection = readyWriter(turn, held.ledger);
  if (connection === null || held.status.kind !== 'ended') return;
  turn.instruct({
    kind: 'send-end',
    connection,
    attempt: held.lease.attempt,
    end: held.status.end,
  });
}

/** The connection of a ledger's writer that has said what it has committed; null before. */
function readyWriter({ state }: WorkerTurn, ledger: LedgerId): number | null {
  const connection = state.ledgers.get(ledger)?.writer ?? null;
  const peer = connection === null ? undefined : state.connections.get(connection);
  return peer?.kind === 'writer' && peer.reconciled ? connection : null;
}

/** To everybody: what the host is, since that has changed. */
export function tellFacts(turn: WorkerTurn): void {
  const { facts, connections } = turn.state;
  for (const [connection, { kind }] of connections)
    if (kind !== 'unknown') turn.instruct({ kind: 'send', connection, message: { kind: 'facts', facts } });
}

/** Figures to every writer, each with the reasons why the head of its own queue waits. */
export function tellFigures(turn: WorkerTurn): void {
  const { state, now } = turn;
  const figures = figuresToTell(state, now);
  if (figures === null) return;
  const moment = state.moments.at(-1) ?? null;
  const holds: string[] = [];
  for (const side of state.ledgers.values()) {
    const held = holdsOf(state, side, now);
    holds.push(kindsOf(held));
    if (side.writer !== null)
      turn.instruct({
        kind: 'send',
        connection: side.writer,
        message: { kind: 'figures', figures, holds: held, others: holdings(state, side), moment },
      });
  }
  state.told = { at: now, holds: holds.join('|') };
}

/** Figures at once where another rule holds than was told last. */
export function tellChange(turn: WorkerTurn): void {
  const { state, now } = turn;
  if (now - state.told.at < changesEveryMs || state.figures === null) return;
  const holds = [...state.ledgers.values()].map((side) => kindsOf(holdsOf(state, side, now))).join('|');
  if (holds !== state.told.holds) tellFigures(turn);
}

const kindsOf = (holds: ReturnType<typeof holdsOf>): string =>
  holds.flatMap(({ refusals }) => refusals.map(({ kind }) => kind)).join(',');
