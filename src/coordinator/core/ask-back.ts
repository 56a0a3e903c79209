import type { AttemptId } from '../../model/ids.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Nothing changes before the host has answered: it may have started them meanwhile. */
export function askBack(turn: CoordinatorTurn, host: FleetHost, attempts: readonly AttemptId[]): void {
  for (const attempt of attempts) connectionOf(host.link)?.asked.add(attempt);
  turn.instruct({
    kind: 'send',
    host: host.name,
    message: { kind: 'take-back', attempts: [...attempts] },
  });
}

/** Ends what the ledger does not want to go on there. */
export function cancel(turn: CoordinatorTurn, { name }: FleetHost, attempts: AttemptId[]): void {
  if (attempts.length > 0) turn.instruct({ kind: 'send', host: name, message: { kind: 'cancel', attempts } });
}
