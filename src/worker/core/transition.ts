import { apply } from './apply.ts';
import { startWhatFits } from './backlog.ts';
import { checkpointUnpacked } from './checkpoints.ts';
import { claimsRead, sayClaimsIfChanged } from './claims.ts';
import { closed, received } from './connections.ts';
import type { WorkerEvent } from './event.ts';
import { exited, gathered, neverStarted, noteSetback, notStarted } from './finish.ts';
import { recall } from './bearing.ts';
import type { HeldAttempt } from './held-attempt.ts';
import type { Instruction } from './instruction.ts';
import { prepared, preparing } from './prepare-launch.ts';
import { booted, verified } from './restart.ts';
import type { WorkerState } from './state.ts';
import { signal } from './stop.ts';
import { noteStop } from './stopped.ts';
import { noteStart, tellChange, tellFacts, tellStarts } from './tell.ts';
import { WorkerTurn } from './turn.ts';
import { endWhatIsDue, linesRead, notSampled, sampled } from './watch.ts';
import { keepUse, recallUse } from './use.ts';

/**
 * One event into what is to be done, in order. The state handed in is spent: it is changed in place and returned,
 * because a backlog of thousands would be copied for each line that a trial prints.
 *
 * @param now milliseconds of the host's monotonic clock
 */
export function transition(
  state: WorkerState,
  event: WorkerEvent,
  now: number,
): [WorkerState, readonly Instruction[]] {
  if (event.kind === 'replayed') {
    apply(state, event.record);
    return [state, []];
  }
  noteStop(state, now);
  const turn = new WorkerTurn(state, now);
  take(turn, event);
  if (mayMakeRoom[event.kind]) {
    startWhatFits(turn);
    if (event.kind === 'sampled') sayClaimsIfChanged(turn);
    tellChange(turn);
  }
  tellStarts(turn);
  return [state, turn.instructions()];
}

/** Events after which an attempt may start that could not before: asking after each would cost more than deciding. */
const mayMakeRoom: Readonly<Record<Exclude<WorkerEvent['kind'], 'replayed'>, boolean>> = {
  booted: true,
  recalled: false,
  opened: false,
  closed: false,
  message: true,
  spawned: false,
  'spawn-failed': true,
  'never-started': true,
  'launcher-lost': false,
  preparing: false,
  prepared: true,
  exited: true,
  lines: false,
  gathered: false,
  'checkpoint-unpacked': false,
  verified: false,
  sampled: true,
  'not-sampled': false,
  'claims-read': true,
  'gpus-found': true,
  'environment-read': true,
  'asked-to-end': false,
  tick: false,
};

function take(turn: WorkerTurn, event: Exclude<WorkerEvent, { kind: 'replayed' }>): void {
  const { state } = turn;
  switch (event.kind) {
    case 'booted':
      booted(turn, event.facts);
      break;
    case 'recalled':
      recall(turn, event);
      recallUse(turn, event.at);
      break;
    case 'opened':
      state.connections.set(event.connection, { kind: 'unknown' });
      break;
    case 'closed':
      closed(turn, event.connection);
      break;
    case 'message':
      received(turn, event.connection, event.message);
      break;
    case 'spawned':
      withAttempt(turn, event.attempt, (held) => spawned(turn, held, event));
      break;
    case 'preparing':
      preparing(turn, event.ledger, event.launch, event.doing);
      break;
    case 'prepared':
      prepared(turn, event.ledger, event.launch, event.result);
      break;
    case 'spawn-failed':
      withAttempt(turn, event.attempt, (held) => notStarted(turn, held, event.outcome));
      break;
    case 'never-started':
      withAttempt(turn, event.attempt, (held) => neverStarted(turn, held));
      break;
    case 'launcher-lost':
      noteSetback(turn, 'the process that starts trials there was ended');
      break;
    case 'exited':
      withAttempt(turn, event.attempt, (held) => exited(turn, held, event.oomKills));
      break;
    case 'lines':
      withAttempt(turn, event.attempt, (held) => linesRead(turn, held, event, event.offsets));
      break;
    case 'gathered':
      withAttempt(turn, event.attempt, (held) => gathered(turn, held, event.evidence));
      break;
    case 'checkpoint-unpacked':
      checkpointUnpacked(turn, event);
      break;
    case 'verified':
      withAttempt(turn, event.attempt, (held) => verified(turn, held, event.intact));
      break;
    case 'sampled':
      sampled(turn, event.figures, event.shares);
      endWhatIsDue(turn);
      break;
    case 'not-sampled':
      notSampled(turn, event.because);
      endWhatIsDue(turn);
      break;
    case 'claims-read':
      claimsRead(turn, event);
      break;
    case 'environment-read':
      if (state.facts.environmentProblem === event.problem) break;
      state.facts = { ...state.facts, environmentProblem: event.problem };
      tellFacts(turn);
      break;
    case 'gpus-found':
      state.facts = {
        ...state.facts,
        gpus: event.gpus?.slice() ?? null,
        gpuProblem: event.problem,
        gpusBroken: event.broken,
      };
      tellFacts(turn);
      break;
    case 'asked-to-end':
      if (state.active.size > 0 || state.use.recordedAt !== null) keepUse(turn);
      turn.record({ kind: 'left' });
      state.doubted.clear();
      break;
    case 'tick':
      endWhatIsDue(turn);
      break;
    default:
      event satisfies never;
  }
}

function withAttempt(turn: WorkerTurn, id: string, act: (held: HeldAttempt) => void): void {
  const held = turn.state.attempts.get(id);
  if (held !== undefined) act(held);
}

/** A start that succeeded. One that is found again after a restart is running already. */
function spawned(
  turn: WorkerTurn,
  held: HeldAttempt,
  event: Extract<WorkerEvent, { kind: 'spawned' }>,
): void {
  if (held.status.kind !== 'starting') return;
  const { at, process, oomKills } = event;
  const { attempt } = held.lease;
  turn.record({ kind: 'started', attempt, at, ...process, oomKills });
  turn.state.setbacks = { count: 0, because: '', until: 0 };
  noteStart(turn, attempt);
  if (held.stopping !== null) signal(turn, held, 'TERM');
}
