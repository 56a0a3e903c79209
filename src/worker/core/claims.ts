/**
 * Accounts on one host that do not take the same room at the same moment: an agent says what it is about to start,
 * then reads what the others have said, and starts only what fits beside all of that. Of two that said it at once both
 * see each other, or one came first and the other sees it: no lock, and no clock that this would rest on. Time decides
 * only which of two that are in each other's way steps back.
 */
import { defaultLimits } from '../../throttle/limits.ts';
import type { WorkerEvent } from './event.ts';
import { nothingUsed, type Used, type Want } from '../../throttle/turns.ts';
import { expected } from './expected.ts';
import { refusalsOf } from './guard.ts';
import type { HeldAttempt, ProcessIdentity } from './held-attempt.ts';
import { hostLoad } from './host-load.ts';
import { endTurns, wantOf } from './others-turn.ts';
import type { Announced, WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';

/** A start that the guard of this agent has nothing against. */
export interface NextStart {
  readonly held: HeldAttempt;
  readonly device: string;
}

/** What is said of one trial of ours. Bytes at its peak. */
export interface OurClaim {
  /** The UUID of its GPU, or `cpu`. */
  readonly device: string;
  readonly gpuBytes: number;
  readonly hostBytes: number;
  /** Null once it has started. */
  readonly announcedAt: number | null;
  /** The claim holds as long as this lives; null while it is the agent that does. */
  readonly process: ProcessIdentity | null;
}

/** What is said of us besides: what we have used, what waits for room that others have, how many trials we have started. */
export interface OurAccount {
  readonly used: Used;
  readonly wants: Want | null;
  readonly started: number;
}

const sayAgainMs = 10_000;

/** Who waits for others to step back says so anew after this; theirs counts for twice as long, should they have hung. */
const patienceMs = 5_000;

/** Whether a start may go on. What takes no room that others would miss may at once; the rest is announced first. */
export function isClaimed(turn: WorkerTurn, next: NextStart): boolean {
  const { state, now } = turn;
  const attempt = next.held.lease.attempt;
  if (claimOf(state, next.held, next.device, now) === null) return true;
  const { announced, read } = state.claims;
  const isAnnounced = announced?.attempt === attempt && announced.device === next.device;
  if (isAnnounced && announced.said <= read) {
    state.claims.announced = null;
    return true;
  }
  if (!isAnnounced) {
    state.claims.announced = { attempt, device: next.device, at: now, said: state.claims.said + 1 };
    say(turn);
  }
  return false;
}

/** What was announced and does not fit stays so only where all that it waits for are announced later: they step back. */
export function giveWay(turn: WorkerTurn): void {
  const { state, now } = turn;
  const { announced, read } = state.claims;
  if (announced === null || announced.said > read || isFirst(state, announced, now)) return;
  state.claims.announced = null;
  say(turn);
}

function isFirst(state: WorkerState, { attempt, at }: Announced, now: number): boolean {
  const held = state.attempts.get(attempt);
  if (held?.status.kind !== 'waiting' || now - at >= patienceMs) return false;
  const host = hostLoad(state, now);
  // Of the same moment both step back: their next announcements will not be.
  const claims = host.claims.filter(({ announcedAt }) => announcedAt === null || announcedAt <= at);
  return refusalsOf(state, held, { ...host, claims }, now).length === 0;
}

export function claimsRead(
  { state, now }: WorkerTurn,
  { said, others, accounts, untold }: Extract<WorkerEvent, { kind: 'claims-read' }>,
): void {
  state.claims.accounts = accounts;
  state.claims.read = said;
  state.claims.untold = untold;
  state.claims.others = others.filter(
    ({ announcedAt }) => announcedAt === null || (announcedAt <= now && now - announcedAt < 2 * patienceMs),
  );
  endTurns(state, now);
}

/** Ends, and starts that were seen to run, are said with the next sample: what is gone counts for nothing by itself. */
export function sayClaimsIfChanged(turn: WorkerTurn): void {
  const { state, now } = turn;
  const { text, saidAt } = state.claims;
  const ours = oursNow(state, now);
  // What was used meanwhile is told with it.
  const isDue = text !== textOf(nothingToSay) && now - saidAt >= sayAgainMs;
  if (isDue || textOf(ours) !== text) say(turn, ours);
}

function say(turn: WorkerTurn, ours = oursNow(turn.state, turn.now)): void {
  const { claims: all } = turn.state;
  all.said += 1;
  all.text = textOf(ours);
  all.saidAt = turn.now;
  turn.instruct({ kind: 'claim', said: all.said, ...ours });
}

interface Ours {
  readonly claims: readonly OurClaim[];
  readonly account: OurAccount;
}

function oursNow(state: WorkerState, now: number): Ours {
  const { used, started } = state.use;
  return { claims: ourClaims(state, now), account: { used, wants: wantOf(state, now), started } };
}

const nothingToSay: Ours = { claims: [], account: { used: nothingUsed, wants: null, started: 0 } };

/** What has changed is news at once, but for what was used. */
const textOf = ({ claims, account: { wants, started } }: Ours): string =>
  JSON.stringify(claims.length === 0 && wants === null ? [] : [claims, wants, started]);

function ourClaims(state: WorkerState, now: number): OurClaim[] {
  const { announced } = state.claims;
  const claims = [...state.active].flatMap((held) => claimOf(state, held, held.device, now) ?? []);
  const next = announced === null ? undefined : state.attempts.get(announced.attempt);
  const claim =
    announced === null || next === undefined ? null : claimOf(state, next, announced.device, announced.at);
  return claim === null ? claims : [...claims, claim];
}

/**
 * Null for what is too small to be in anybody's way: it shows in the figures before it adds up. On a GPU all is claimed, or
 * others would take its processes for somebody's who must not be disturbed. What runs alone claims
 * the whole host, so that no other account starts anything beside it.
 */
function claimOf(state: WorkerState, held: HeldAttempt, device: string, now: number): OurClaim | null {
  const { hostMemoryBytes, gpuMemoryBytes } = expected(state, held);
  const gpuBytes = device === 'cpu' ? 0 : (gpuMemoryBytes ?? 0);
  const hostBytes = held.lease.alone ? state.facts.memoryBytes : (hostMemoryBytes ?? 0);
  const isSmall = hostBytes <= state.facts.memoryBytes * defaultLimits.rampMemoryShare;
  if (device === 'cpu' && isSmall) return null;
  const { status } = held;
  const process =
    status.kind === 'running' && status.run.process.startTime !== null ? status.run.process : null;
  return { device, gpuBytes, hostBytes, announcedAt: status.kind === 'waiting' ? now : null, process };
}
