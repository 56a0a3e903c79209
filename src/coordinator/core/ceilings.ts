/** What agents are told of the ceilings of their hosts (P5): to forget them all, or the last one. */
import { lastPowerCut } from '../../ledger/crashes.ts';
import type { HostName } from '../../model/ids.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { noHost } from './host-commands.ts';
import type { CoordinatorTurn } from './turn.ts';

/** A person says that a host bears what it did not. */
export function forgetCeiling(state: CoordinatorState, name: HostName): string {
  const host = state.fleet.get(name);
  if (host === undefined) return noHost(state, name);
  host.ceiling.isToForget = true;
  const when = host.link.kind === 'ready' ? '' : ', once it is reached';
  return `what ${name} went down under is forgotten${when}: it is loaded as any other host`;
}

/** What was put down to a power cut so long ago was told by the coordinator of then. */
const recentMs = 10 * 60_000;
/** Hosts whose connections were cut so long apart did not lose their power together. */
const apartMs = 60_000;

/** By what this coordinator has seen: the ledger knows only when each was heard of again. */
function wentApart({ ceiling: { goneAtMs } }: FleetHost, other: FleetHost | undefined): boolean {
  const otherAtMs = other?.ceiling.goneAtMs ?? null;
  return goneAtMs !== null && otherAtMs !== null && Math.abs(goneAtMs - otherAtMs) > apartMs;
}

/** @param now wall clock in ms */
export function tellCeilings(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  for (const host of state.fleet.values()) {
    const { name, link, ceiling } = host;
    if (link.kind !== 'ready') continue;
    const cut = lastPowerCut(state.ledger, name, (other) => !wentApart(host, state.fleet.get(other)));
    if (cut !== null && cut.at !== ceiling.cutAt && Math.abs(now - cut.at) < recentMs) {
      ceiling.cutAt = cut.at;
      turn.instruct({ kind: 'send', host: name, message: { kind: 'forget-ceiling', of: 'last-crash' } });
    }
    if (!ceiling.isToForget) continue;
    ceiling.isToForget = false;
    turn.instruct({ kind: 'send', host: name, message: { kind: 'forget-ceiling', of: 'all' } });
  }
}
