/** What a host carried last, by the word of its agent: where it goes down, this may be more than its own disk has kept (P5). */
import type { Moment } from '../../model/ceiling.ts';
import type { HostFacts } from '../../protocol/messages.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorTurn } from './turn.ts';

/** The host looks at the last 15 s before it went down (throttle/ceiling.ts), by its own clock. */
const tellingMs = 20_000;

type Boot = Pick<HostFacts, 'machine' | 'bootId'>;

export function noteMoment({ ceiling }: FleetHost, { machine, bootId }: Boot, moment: Moment | null): void {
  if (moment === null) return;
  const before = ceiling.last?.bootId === bootId ? ceiling.last.moments : [];
  const recent = before.filter(({ at }) => at < moment.at && moment.at - at <= tellingMs);
  ceiling.last = { machine, bootId, moments: [...recent, moment] };
}

/** To the next boot of the same machine, once; whether it was shut down in order it knows itself. */
export function tellLastMoments(turn: CoordinatorTurn, { name, ceiling }: FleetHost, now: Boot): void {
  const { last } = ceiling;
  if (last === null || last.bootId === now.bootId) return;
  ceiling.last = null;
  if (last.machine !== now.machine || (last.moments.at(-1)?.running ?? 0) === 0) return;
  const { bootId, moments } = last;
  turn.instruct({
    kind: 'send',
    host: name,
    message: { kind: 'last-moments', bootId, moments: [...moments] },
  });
}
