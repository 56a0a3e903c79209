/** Who speaks to the agent: one writer a ledger, by term, and any number of readers. */
import type { LedgerId } from '../../model/ids.ts';
import { fillGap, forgetCeiling } from './bearing.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { HostLimits } from '../../model/inventory/inventory.ts';
import { own } from '../../model/own.ts';
import { type Expected, type FromAgent, protocolVersion, type ToAgent } from '../../protocol/messages.ts';
import { dropCheckpoints, restoreCheckpoint } from './checkpoints.ts';
import { startOf } from './held-attempt.ts';
import { acknowledge, cancel, lease, takeBack } from './leases.ts';
import { ledgerSide, type LedgerSide } from './ledger-side.ts';
import { launchCame } from './prepare-launch.ts';
import type { WorkerState } from './state.ts';
import { sendEnd, sendLines, tellFigures } from './tell.ts';
import type { WorkerTurn } from './turn.ts';

type Said<Kind extends ToAgent['kind']> = Extract<ToAgent, { kind: Kind }>;

export function closed(turn: WorkerTurn, connection: number): void {
  if (turn.state.connections.get(connection)?.kind === 'reader')
    turn.instruct({ kind: 'end-checks', connection });
  turn.state.connections.delete(connection);
  for (const side of turn.state.ledgers.values()) if (side.writer === connection) side.writer = null;
}

/** A message from `connection`; what comes from one that was closed already is dropped. */
export function received(turn: WorkerTurn, connection: number, message: ToAgent): void {
  const peer = turn.state.connections.get(connection);
  if (peer === undefined) return;
  if (message.kind === 'hello') return hello(turn, connection, message);
  if (isQuestion(message)) return question(turn, connection, message);
  if (peer.kind === 'writer') return command(turn, connection, peer.ledger, message);
  turnAway(turn, connection, 'protocol', `${message.kind} is for the writer of a ledger, after its hello`);
}

/** What anybody may say: it changes nothing that a trial or a ledger could see. Content is known by its hash. */
type Question = Said<'read-log' | 'read-file' | 'list-checkpoint' | 'content' | 'unpack' | 'check-launch'>;

const questions: ReadonlySet<ToAgent['kind']> = new Set<Question['kind']>([
  'read-log',
  'read-file',
  'list-checkpoint',
  'content',
  'unpack',
  'check-launch',
]);

const isQuestion = (message: ToAgent): message is Question => questions.has(message.kind);

function hello(turn: WorkerTurn, connection: number, said: Said<'hello'>): void {
  const { state } = turn;
  if (said.protocol !== protocolVersion) return turnAway(turn, connection, 'protocol', unlike(said.protocol));
  const side = ledgerSide(state, said.ledger);
  if (said.role === 'writer') {
    if (said.term < side.term)
      return turnAway(
        turn,
        connection,
        'older-term',
        `a coordinator of term ${side.term} writes this ledger now`,
        side.term,
      );
    succeed(turn, connection, side, said);
  } else state.connections.set(connection, { kind: 'reader', ledger: said.ledger });
  send(turn, connection, { kind: 'welcome', protocol: protocolVersion, facts: state.facts });
  send(turn, connection, stateOf(state, said.ledger, turn.now));
  if (said.role === 'writer') tellFigures(turn);
}

/** Why one who speaks another protocol is not served, and what that person can do. */
const unlike = (protocol: number): string =>
  protocol < protocolVersion
    ? `the agent there is of a newer labsweep (protocol ${protocolVersion}, this one speaks ${protocol}), and no older one takes its place; update labsweep on this machine`
    : `the agent there is of an older labsweep (protocol ${protocolVersion}, this one speaks ${protocol}) and was not replaced; end it with: labsweep hosts clean`;

/** The newest connection of the highest term writes: an older one of the same coordinator is half open at best. */
function succeed(
  turn: WorkerTurn,
  connection: number,
  side: LedgerSide,
  { term, owner }: Said<'hello'>,
): void {
  if (term > side.term) turn.record({ kind: 'term', ledger: side.ledger, term, owner });
  if (side.writer !== null && side.writer !== connection)
    turnAway(
      turn,
      side.writer,
      'older-term',
      `another connection writes this ledger now, in term ${term}`,
      term,
    );
  side.writer = connection;
  turn.state.connections.set(connection, { kind: 'writer', ledger: side.ledger, reconciled: false });
}

function turnAway(
  turn: WorkerTurn,
  connection: number,
  reason: Extract<FromAgent, { kind: 'turned-away' }>['reason'],
  message: string,
  term: number | null = null,
): void {
  send(turn, connection, { kind: 'turned-away', reason, message, term });
  turn.instruct({ kind: 'close', connection });
  closed(turn, connection);
}

/** All that the agent holds of a ledger. */
function stateOf(state: WorkerState, ledger: LedgerId, now: number): FromAgent {
  const backlog: string[] = [];
  const running: Extract<FromAgent, { kind: 'state' }>['running'] = [];
  const ended: Extract<FromAgent, { kind: 'state' }>['ended'] = [];
  for (const held of state.attempts.values()) {
    if (held.ledger !== ledger) continue;
    const { attempt, trial } = held.lease;
    const { status, device } = held;
    // Its copy of the program's files may take a while, and it may never start: it counts as started once it has.
    if (status.kind === 'waiting' || status.kind === 'starting') backlog.push(attempt);
    else if (status.kind === 'ended') ended.push({ attempt, trial });
    else running.push({ attempt, trial, device, runningMs: Math.max(0, now - startOf(status)) });
  }
  return { kind: 'state', backlog, running, ended };
}

/** In memory alone: the next writer says it again. Of what has ended nothing is kept. */
function expect({ attempts }: WorkerState, side: LedgerSide, shapes: readonly Expected[]): void {
  for (const one of shapes) side.expected.set(one.shape, one);
  side.queue = null;
  if (side.expected.size <= attempts.size) return;
  const held = new Set([...attempts.values()].map(({ lease: { shape } }) => shape));
  for (const shape of side.expected.keys()) if (!held.has(shape)) side.expected.delete(shape);
}

function command(
  turn: WorkerTurn,
  connection: number,
  ledger: LedgerId,
  message: Exclude<ToAgent, Said<'hello'> | Question>,
): void {
  switch (message.kind) {
    case 'reconciled':
      reconciled(turn, connection, ledger, message.committedLines);
      break;
    case 'limits':
      if (!sameLimits(message.limits, ledgerSide(turn.state, ledger).caps))
        turn.record({ kind: 'limits', ledger, limits: message.limits });
      break;
    case 'expect':
      expect(turn.state, ledgerSide(turn.state, ledger), message.shapes);
      break;
    case 'settings':
      if (canonicalJson(message.settings) !== canonicalJson(ledgerSide(turn.state, ledger).settings))
        turn.record({ kind: 'settings', ledger, settings: message.settings });
      break;
    case 'launch':
      // Its id is the hash of its content: one that is known is known word for word.
      if (!turn.state.launches.has(message.launch))
        turn.record({ kind: 'launch', launch: message.launch, spec: message.spec });
      launchCame(turn, connection, ledger, message);
      break;
    case 'lease':
      lease(turn, ledger, message.leases);
      break;
    case 'take-back':
      takeBack(turn, ledger, message.attempts);
      break;
    case 'cancel':
      cancel(turn, ledger, message.attempts);
      break;
    case 'ack':
      acknowledge(turn, ledger, message.attempts);
      break;
    case 'restore-checkpoint':
      restoreCheckpoint(turn, connection, message);
      break;
    case 'forget-ceiling':
      forgetCeiling(turn, message.of);
      break;
    case 'last-moments':
      fillGap(turn, message);
      break;
    case 'drop-checkpoints':
      dropCheckpoints(turn, message.trials);
      break;
    default:
      message satisfies never;
  }
}

/** From here on lines and ends flow: first what this writer has not committed, then what ended without its knowledge. */
function reconciled(
  turn: WorkerTurn,
  connection: number,
  ledger: LedgerId,
  committedLines: Readonly<Record<string, number>>,
): void {
  turn.state.connections.set(connection, { kind: 'writer', ledger, reconciled: true });
  for (const held of turn.state.attempts.values()) {
    if (held.ledger !== ledger) continue;
    held.sentLines = own(committedLines, held.lease.attempt) ?? 0;
    sendLines(turn, held);
    sendEnd(turn, held);
  }
}

function question(turn: WorkerTurn, connection: number, said: Question): void {
  switch (said.kind) {
    case 'content':
      for (const hash of said.hashes) turn.instruct({ kind: 'check-content', connection, hash });
      break;
    case 'unpack':
      turn.instruct({ kind: 'unpack', connection, hash: said.hash, path: said.path });
      break;
    case 'check-launch':
      turn.instruct({ kind: 'check-launch', connection, asked: said });
      break;
    case 'read-file': {
      const { kind, of, path, offset } = said;
      turn.instruct({ kind, connection, of, path, offset });
      break;
    }
    case 'list-checkpoint':
      turn.instruct({ kind: 'list-checkpoint', connection, trial: said.trial });
      break;
    case 'read-log': {
      const { kind, attempt, offset } = said;
      const status = turn.state.attempts.get(attempt)?.status.kind ?? 'ended';
      turn.instruct({ kind, connection, attempt, offset, ended: status === 'ended' });
      break;
    }
    default:
      said satisfies never;
  }
}

const send = (turn: WorkerTurn, connection: number, message: FromAgent): void =>
  turn.instruct({ kind: 'send', connection, message });

/** Both were read by one schema, which puts their keys in one order. */
const sameLimits = (one: HostLimits, other: HostLimits): boolean =>
  JSON.stringify(one) === JSON.stringify(other);
