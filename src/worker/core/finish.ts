/** The end of an attempt: from its last process to the record that is told until it is acknowledged. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import type { Launch } from '../../model/launch.ts';
import type { MetricsLine } from '../../model/result/metrics.ts';
import { chargeOf, isResult, type Outcome } from '../../model/result/outcome.ts';
import { noteSurvived } from './bearing.ts';
import { lostMs, meanBusy } from './busy.ts';
import type { Evidence } from './event.ts';
import { type HeldAttempt, type Run, startOf } from './held-attempt.ts';
import { type KeptLines, tellsOf, thin } from './kept-lines.ts';
import { ledgerSide } from './ledger-side.ts';
import { resultOf } from './roles.ts';
import { decideOutcome } from './outcome.ts';
import { hadAt, mayHaveRunOut, noteCompany, shortageOf } from './shortage.ts';
import type { WorkerState } from './state.ts';
import { sendEnd, sendLines } from './tell.ts';
import type { WorkerTurn } from './turn.ts';

/** Starts that failed in a row before the next is put off, and for how long. */
const setbacksInRow = 3;
const setbackMs = 5_000;

/** All its processes are gone: its room is free at once, what it left is read when the next is on its way. */
export function exited(turn: WorkerTurn, held: HeldAttempt, oomKills: number | null): void {
  const { status, lease } = held;
  if (status.kind !== 'running' && status.kind !== 'starting') return;
  const launch = turn.state.launches.get(lease.launch);
  if (launch === undefined) return;
  const run = status.kind === 'running' ? status.run : null;
  noteCompany(turn.state, turn.now);
  turn.state.active.delete(held);
  const had = run === null ? null : hadAt(turn.state, held, run, turn.now);
  if (run !== null && had !== null && (mayHaveRunOut(run, had) || rose(run.oomKills, oomKills)))
    turn.state.suspects.add(held);
  held.status = { kind: 'finishing', run, had, startedAt: startOf(status), endedAt: turn.now };
  const { offsets, roles } = held.kept;
  turn.instructLater({ kind: 'gather', lease, launch, offsets, hasResult: roles.result !== null });
}

/** As the wrapper records a program that SIGTERM has ended (POSIX, 2.8.2). */
const endedByTerm = 128 + 15;
/** Whoever shuts a host down sends SIGTERM to all that runs there: trials may be gone before this agent hears of it. */
const doubtMs = 2_000;

export function gathered(turn: WorkerTurn, held: HeldAttempt, evidence: Evidence): void {
  if (held.status.kind !== 'finishing') return;
  if (evidence.exit === endedByTerm && held.stopping === null)
    turn.state.doubted.set(held, { evidence, until: turn.now + doubtMs });
  else conclude(turn, held, evidence);
}

/** The host goes on: somebody has ended these trials alone. */
export function concludeDoubted(turn: WorkerTurn): void {
  for (const [held, { evidence, until }] of turn.state.doubted) {
    if (turn.now < until) continue;
    turn.state.doubted.delete(held);
    conclude(turn, held, evidence);
  }
}

function conclude(turn: WorkerTurn, held: HeldAttempt, evidence: Evidence): void {
  const { status, lease } = held;
  const launch = turn.state.launches.get(lease.launch);
  if (status.kind !== 'finishing' || launch === undefined) return;
  // No longer than until it was found to have ended: files tell of a clock that may have been set.
  const ranMs = Math.min(evidence.ranMs ?? Number.POSITIVE_INFINITY, status.endedAt - status.startedAt);
  keepTheRest(turn, held, launch, evidence, ranMs);
  const outcome = decideOutcome({
    stopped: held.stopping?.why ?? null,
    exit: evidence.exit,
    sameBoot: true,
    misplaced: evidence.misplaced,
    diskFull: evidence.diskFull,
    disk: evidence.disk,
    oomKillIsIts: isAloneInGroup(turn.state, status.run),
    oomKillRose: rose(status.run?.oomKills ?? null, evidence.oomKills),
    logTail: evidence.logTail,
    objective: launch.objective,
    best: held.kept.roles.best,
    final: resultOf(held.kept.roles),
    result: held.kept.roles.result,
    unread: held.kept.roles.unread,
    denied: held.kept.roles.denied,
    overlong: evidence.overlong,
    hint: evidence.hint,
  });
  if (outcome.kind === 'no-space') turn.instruct({ kind: 'discard', attempt: lease.attempt });
  if (status.run !== null && isResult(outcome.kind)) noteSurvived(turn, held, status.run, ranMs);
  const shortage = shortageOf(turn.state, held, outcome, status.run, status.had);
  settle(turn, held, outcome, { seconds: ranMs / 1000, run: status.run, evidence, shortage });
}

/** The program never ran. */
export function notStarted(turn: WorkerTurn, held: HeldAttempt, outcome: Outcome): void {
  if (held.status.kind !== 'starting') return;
  if (outcome.kind === 'not-started') {
    if (chargeOf(outcome) === 'host') noteSetback(turn, outcome.message);
    if (outcome.reason === 'content-missing') awaitContent(turn, held);
  }
  settle(turn, held, outcome, null);
}

/** What waits of its launch would end the same way: it waits until a coordinator has brought the files, and says so. */
function awaitContent({ state }: WorkerTurn, { ledger, lease }: HeldAttempt): void {
  const { preparations } = ledgerSide(state, ledger);
  if (preparations.get(lease.launch)?.kind === 'ready') preparations.delete(lease.launch);
}

export function noteSetback({ state, now }: WorkerTurn, because: string): void {
  const count = state.setbacks.count + 1;
  state.setbacks = { count, because, until: count >= setbacksInRow ? now + setbackMs : now };
}

/** The agent or the launcher that was to start it is gone. It is nobody's fault: it is given back, to be leased anew. */
export function neverStarted(turn: WorkerTurn, held: HeldAttempt): void {
  if (held.status.kind !== 'starting') return;
  if (held.stopping !== null) return exited(turn, held, null);
  const { attempt } = held.lease;
  turn.record({ kind: 'taken-back', attempts: [attempt] });
  turn.tell(held.ledger, { kind: 'taken-back', attempts: [attempt], kept: [] });
}

/**
 * What ended without a process that could be asked: cancelled while it waited, or lost with the host's last boot.
 *
 * @param logTail what explains it, where `left` does not
 */
export function settle(
  turn: WorkerTurn,
  held: HeldAttempt,
  outcome: Outcome,
  left: Left | null,
  logTail = '',
): void {
  turn.state.untold.delete(held.lease.attempt);
  turn.state.suspects.delete(held);
  turn.record({
    kind: 'ended',
    attempt: held.lease.attempt,
    end: endOf(turn.state, held, outcome, left, logTail),
  });
  sendLines(turn, held);
  sendEnd(turn, held);
}

/** What is known of a run when it is over. */
interface Left {
  readonly seconds: number;
  readonly run: Run | null;
  readonly evidence: Evidence;
  readonly shortage: AttemptEnd['shortage'];
}

function endOf(
  state: WorkerState,
  held: HeldAttempt,
  outcome: Outcome,
  left: Left | null,
  logTail: string,
): AttemptEnd {
  const { kept } = held;
  const isDiscarded = outcome.kind === 'no-space';
  const disk = isDiscarded ? (left?.evidence.disk ?? null) : null;
  const cpuMs = left?.run?.cpuMs ?? null;
  return {
    outcome,
    best: kept.roles.best,
    final: resultOf(kept.roles),
    metricsCount: kept.lines.length,
    metricsHash: hashOf(kept.lines),
    metricsRead: kept.read + kept.unwritten,
    seconds: left?.seconds ?? 0,
    cpuSeconds: cpuMs === null ? null : cpuMs / 1000,
    peakMemoryBytes: left?.run?.peakBytes ?? null,
    peakGpuMemoryBytes: left?.run?.gpu.peakBytes ?? null,
    gpuBusy: left?.run ? meanBusy(left.run) : null,
    soloSeconds: left?.run ? Math.max(0, left.seconds - lostMs(left.run) / 1_000) : null,
    killed: held.stopping?.hasKilled === true,
    shortage: left?.shortage ?? null,
    // Of all its time: what ended before it began to fill the disk has left something there.
    disk: disk === null ? null : { ...disk, alone: left?.run?.besideAt === null },
    device: left === null ? null : held.device,
    gpuName: left === null ? null : gpuNameOf(state, held.device),
    artifacts: isDiscarded ? [] : [...(left?.evidence.artifacts ?? [])],
    unlisted: isDiscarded ? null : (left?.evidence.unlisted?.slice() ?? null),
    checkpointBytes: left?.evidence.checkpointBytes ?? null,
    logTail:
      outcome.kind === 'succeeded' || outcome.kind === 'cancelled' ? '' : (left?.evidence.logTail ?? logTail),
  };
}

const gpuNameOf = ({ facts }: WorkerState, device: string): string | null =>
  facts.gpus?.find(({ uuid }) => uuid === device)?.name ?? null;

function keepTheRest(
  turn: WorkerTurn,
  held: HeldAttempt,
  launch: Launch,
  evidence: Evidence,
  ranMs: number,
): void {
  const { printed, standing, offsets } = evidence;
  const { objective } = launch;
  const isReported =
    tellsOf(evidence, objective.metric) || (standing === null && held.kept.roles.result !== null);
  const results = isReported ? [] : printed;
  const read = thin(held.kept, { standing, lines: [...evidence.lines, ...results] }, objective, ranMs);
  const lines = [...read.lines, ...read.pending];
  if (lines.length === 0 && standing === null) return;
  const { attempt } = held.lease;
  turn.record({
    kind: 'lines',
    attempt,
    standing: read.standing,
    lines,
    pending: [],
    read: read.read,
    offsets,
  });
}

/** Whether all lines are there that an end was sealed with. */
export const hasAllLines = ({ lines }: KeptLines, end: AttemptEnd): boolean =>
  lines.length === end.metricsCount && hashOf(lines) === end.metricsHash;

/** SHA-256 of the kept lines as NDJSON. */
const hashOf = (lines: readonly MetricsLine[]): string =>
  bytesToHex(sha256(utf8ToBytes(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))));

/**
 * Whether a process that the kernel has killed can only have been this attempt's, so that it counts whatever the program makes
 * of it. The machine's counter, and that of a group without a limit, rise for processes of anybody. That of a group with a
 * limit rises for what is in there, which is us and our trials; of several trials it may be another's, which is not
 * told by whom a parent has lost.
 */
const isAloneInGroup = ({ facts }: WorkerState, run: Run | null): boolean =>
  facts.memoryOfGroup && run !== null && run.besideAt === null;

const rose = (before: number | null, after: number | null): boolean =>
  before !== null && after !== null && after > before;
