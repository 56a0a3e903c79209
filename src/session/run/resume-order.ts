/** What goes on with sweeps that a ledger has: as they were declared, whatever their files say by now. */
import type { Command } from '../../coordinator/core/command.ts';
import { isLeft } from '../../coordinator/core/run-commands.ts';
import type { LedgerState, Sweep } from '../../ledger/state.ts';
import type { Caller } from '../caller.ts';
import { storeFolder } from '../content/named-content.ts';
import { readLab } from '../lab/lab.ts';
import { sweepNamed } from '../ledger/named-sweep.ts';
import type { OpenState } from '../ledger/open.ts';
import { rememberUsed } from '../place/last-used.ts';
import { requirePassedOf } from '../program/passed-variables.ts';
import { SessionError } from '../session-error.ts';
import type { RunOrder } from './run-request.ts';
import type { OrderOptions } from './sweep-order.ts';

/**
 * @param named a sweep; by default all that was asked for and is not done, else the one that was started last
 * @throws SessionError where it cannot go on here
 */
export function orderResume(
  caller: Caller,
  { folder, state }: OpenState,
  named: string | undefined,
  options: Pick<OrderOptions, 'inventory' | 'breakLock'>,
): RunOrder {
  const { sweeps, command } = toResume(state, named);
  for (const { declaration } of sweeps)
    requirePassedOf(caller, state.launches.get(declaration.launch)?.passEnv ?? []);
  const lab = readLab(caller, { state: folder }, options.inventory);
  rememberUsed(caller, { inventory: lab.inventory?.path ?? null });
  return {
    folder,
    store: storeFolder(folder),
    lab,
    awaited: sweeps.map(({ name }) => ({ sweep: name, trials: null })),
    command,
    breakLock: options.breakLock === true,
    lacksGpuEngine: false,
    foreground: false,
    isDetached: false,
  };
}

interface ToResume {
  /** The one that was started last is the first. */
  readonly sweeps: readonly Sweep[];
  readonly command: Command;
}

function toResume(state: LedgerState, named: string | undefined): ToResume {
  if (named !== undefined) return resuming(ownSweep(state, named));
  const left = [...state.sweeps.values()].filter(isLeft);
  if (left.length > 0)
    return {
      sweeps: left.toSorted((a, b) => (b.openedAt ?? 0) - (a.openedAt ?? 0)),
      command: { kind: 'resume', sweep: null },
    };
  const latest = ownSweep(state);
  const { status, name } = latest;
  if (status.kind === 'stopped' || status.kind === 'paused')
    throw new SessionError(
      `nothing is left of what was asked for; ${name}, which was started last, ${status.kind === 'paused' ? 'is paused' : 'was stopped'}: ` +
        `\`labsweep resume ${name}\` goes on with it.`,
    );
  if (status.kind !== 'open') return resuming(latest);
  // Its host may still run what was given up there; a smaller run of it stays one.
  return { sweeps: [latest], command: { kind: 'go-on', asked: [{ sweep: latest.name, trials: null }] } };
}

/** @throws SessionError of one that was merged: the commands of another ledger never run here (P9) */
function ownSweep(state: LedgerState, named?: string): Sweep {
  const sweep = sweepNamed(state, named);
  if (!sweep.isImported) return sweep;
  throw new SessionError(
    `${sweep.name} was merged from another ledger, and its commands were not; \`labsweep run FILE\` runs a sweep file of yours.`,
  );
}

const resuming = (sweep: Sweep): ToResume => ({
  sweeps: [sweep],
  command: { kind: 'resume', sweep: sweep.name },
});
