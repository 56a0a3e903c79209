import { queuedOf } from '../hosts/asked.ts';
import { keepsCheckpoint } from './checkpoints.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { silenceOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Time between tries: a server starts in a minute or two, so one that is away for long is tried less often. */
const leastMs = 5_000;
const shareOfAway = 1 / 12;

/**
 * Tries are ever rarer (fleet/back-off.ts), since a lab that is down needs no more. Where nothing is left to do but what
 * a host holds that is away, it is tried often: once it is there again, or was silent for long enough, the run goes on.
 */
export function hurry(state: CoordinatorState, turn: CoordinatorTurn): void {
  if (!isEnding(state)) return;
  for (const host of state.fleet.values())
    if (isAwaited(state, host)) turn.instruct({ kind: 'enter', host: host.name });
}

const isEnding = (state: CoordinatorState): boolean =>
  [...state.ledger.sweeps.values()].every((sweep) => queuedOf(state, sweep) === 0);

function isAwaited(state: CoordinatorState, host: FleetHost): boolean {
  const { link, name } = host;
  const silence = link.kind === 'given-up' ? null : silenceOf(link);
  if (silence === null || silence.sinceTryMs < Math.max(leastMs, silence.ms * shareOfAway)) return false;
  return (state.ledger.hosts.get(name)?.open.size ?? 0) > 0 || keepsCheckpoint(state, host);
}
