/** Getting this host ready for a launch: asked for, waited for, told. */
import { type ContentHash, type LaunchId, launchId, type LedgerId } from '../../model/ids.ts';
import type { Launch } from '../../model/launch.ts';
import type { FromAgent, ToAgent } from '../../protocol/messages.ts';
import { settle } from './finish.ts';
import { ledgerSide, type LedgerSide } from './ledger-side.ts';
import { needsNothing, nothingPrepared, type PreparationResult } from './preparation.ts';
import type { WorkerTurn } from './turn.ts';

export function launchCame(
  turn: WorkerTurn,
  connection: number,
  ledger: LedgerId,
  { launch, spec, wheels, passed }: Extract<ToAgent, { kind: 'launch' }>,
): void {
  const side = ledgerSide(turn.state, ledger);
  side.passed.set(launch, passed);
  const known = side.preparations.get(launch);
  if (known?.kind === 'preparing') known.askers.add(connection);
  else begin(turn, side, launch, spec, { wheels, askers: [connection] });
}

/** After a restart: what waits still needs what it needed. */
export function prepareWaiting(turn: WorkerTurn): void {
  for (const side of turn.state.ledgers.values())
    for (const id of side.waiting) {
      const launch = turn.state.attempts.get(id)?.lease.launch ?? launchId('');
      const spec = turn.state.launches.get(launch);
      if (spec !== undefined && !side.preparations.has(launch))
        begin(turn, side, launch, spec, { wheels: null, askers: [] });
    }
}

function begin(
  turn: WorkerTurn,
  side: LedgerSide,
  launch: LaunchId,
  spec: Launch,
  { wheels, askers }: { readonly wheels: ContentHash | null; readonly askers: readonly number[] },
): void {
  side.preparations.set(launch, { kind: 'preparing', askers: new Set(askers) });
  if (needsNothing(spec, side.settings))
    prepared(turn, side.ledger, launch, { kind: 'ready', prepared: nothingPrepared, note: null });
  else turn.instruct({ kind: 'prepare', ledger: side.ledger, launch, spec, settings: side.settings, wheels });
}

/** Told to those who wait for it. */
export function preparing(turn: WorkerTurn, ledger: LedgerId, launch: LaunchId, doing: string): void {
  const now = ledgerSide(turn.state, ledger).preparations.get(launch);
  if (now?.kind === 'preparing') tell(turn, now.askers, { kind: 'preparing', launch, doing });
}

export function prepared(
  turn: WorkerTurn,
  ledger: LedgerId,
  launch: LaunchId,
  result: PreparationResult,
): void {
  const side = ledgerSide(turn.state, ledger);
  const before = side.preparations.get(launch);
  const failed = result.kind === 'failed' ? result : null;
  // What waits of it goes on waiting: a coordinator brings the files, and says so.
  if (failed?.reason === 'content-missing') side.preparations.delete(launch);
  else side.preparations.set(launch, result);
  tell(turn, before?.kind === 'preparing' ? before.askers : [], {
    kind: 'launch',
    launch,
    problem: failed?.message ?? null,
    logTail: failed?.logTail ?? '',
    wanted: failed?.wanted ?? null,
    note: result.kind === 'ready' ? result.note : null,
  });
  endUnprepared(turn, ledger);
}

function tell(turn: WorkerTurn, askers: Iterable<number>, message: FromAgent): void {
  for (const connection of askers)
    if (turn.state.connections.has(connection)) turn.instruct({ kind: 'send', connection, message });
}

/** What waits for something that this host could not make did not start, and that is charged to the host. */
export function endUnprepared(turn: WorkerTurn, ledger: LedgerId): void {
  const side = ledgerSide(turn.state, ledger);
  for (const id of side.waiting) {
    const held = turn.state.attempts.get(id);
    const preparation = held && side.preparations.get(held.lease.launch);
    if (held === undefined || preparation?.kind !== 'failed') continue;
    const { reason, message, logTail } = preparation;
    settle(turn, held, { kind: 'not-started', reason, message }, null, logTail);
  }
}
