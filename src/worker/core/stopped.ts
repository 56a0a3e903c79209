/**
 * An agent that did not run for a while: it was stopped, or its whole host was (SIGSTOP, a paused virtual machine, a
 * frozen control group). Nobody knows what its trials did meanwhile, and no clock of the host leaves that time out
 * (clock_gettime(2)), so it counts for none of their limits.
 */
import type { WorkerState } from './state.ts';

/** While something runs, the agent takes figures once a second. */
const expectedMs = 1_000;
/** A host under load, or whose disk is slow to sync, makes it wait as well. */
const stoppedAfterMs = 5_000;

export function noteStop(state: WorkerState, now: number): void {
  const missedMs = state.ranAt === null ? 0 : now - state.ranAt - expectedMs;
  state.ranAt = state.active.size > 0 ? now : null;
  if (missedMs < stoppedAfterMs) return;
  for (const { status, stopping } of state.active) {
    if (stopping !== null) stopping.killAt += missedMs;
    if (status.kind !== 'running') continue;
    status.run.suspendedMs += missedMs;
    status.run.lifeAt += missedMs;
  }
}
