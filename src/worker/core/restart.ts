/** An agent that begins: what the journal left is found again, given up, or told once more. */
import type { HostFacts } from '../../protocol/messages.ts';
import { hasAllLines, settle } from './finish.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { prepareWaiting } from './prepare-launch.ts';
import type { WorkerState } from './state.ts';
import { signal } from './stop.ts';
import type { WorkerTurn } from './turn.ts';

export function booted(turn: WorkerTurn, facts: HostFacts): void {
  const { state } = turn;
  const sameBoot = state.bootId === null || state.bootId === facts.bootId;
  state.facts = facts;
  for (const held of state.attempts.values())
    if (sameBoot) findAgain(turn, held);
    else giveUp(turn, held);
  dropSpentLaunches(state);
  prepareWaiting(turn);
  turn.record({ kind: 'boot', bootId: facts.bootId });
}

/** A writer says a launch again to a new agent before it leases of it. */
function dropSpentLaunches({ attempts, launches }: WorkerState): void {
  const held = new Set([...attempts.values()].map(({ lease }) => lease.launch));
  for (const launch of launches.keys()) if (!held.has(launch)) launches.delete(launch);
}

/** Same boot: its processes may run on, and what they left is there. */
function findAgain(turn: WorkerTurn, held: HeldAttempt): void {
  const { status, lease, kept } = held;
  const launch = turn.state.launches.get(lease.launch);
  if (launch === undefined || (status.kind !== 'running' && status.kind !== 'starting')) return;
  const process = status.kind === 'running' ? status.run.process : null;
  turn.instruct({ kind: 'adopt', lease, launch, process, offsets: kept.offsets });
  if (status.kind !== 'running') return;
  // What ran beside it meanwhile, nobody has seen.
  status.run.besideAt = turn.now;
  const { suspended, hasStoodStill } = status.run;
  // The agent before this one may not have come to it.
  if (suspended !== null) signal(turn, held, 'STOP');
  else if (hasStoodStill) signal(turn, held, 'CONT');
}

/**
 * Another boot: nothing runs any more. What was sealed is held against its hashes, the rest was lost with the power.
 * What only waited is let go: it may have been taken back in words that the disk did not keep, and run elsewhere now.
 */
function giveUp(turn: WorkerTurn, held: HeldAttempt): void {
  const { status } = held;
  if (status.kind === 'waiting') turn.record({ kind: 'taken-back', attempts: [held.lease.attempt] });
  if (status.kind === 'running' || status.kind === 'starting')
    settle(turn, held, { kind: 'lost', reason: turn.state.hasLeft ? 'shutdown' : 'reboot' }, null);
  if (status.kind !== 'ended') return;
  if (!hasAllLines(held.kept, status.end)) settle(turn, held, { kind: 'lost', reason: 'reboot' }, null);
  else if (status.end.artifacts.length > 0)
    turn.instruct({ kind: 'verify', attempt: held.lease.attempt, end: status.end });
}

/** A seal that the disk did not keep its word for is no seal. */
export function verified(turn: WorkerTurn, held: HeldAttempt, intact: boolean): void {
  if (!intact && held.status.kind === 'ended') settle(turn, held, { kind: 'lost', reason: 'reboot' }, null);
}
