/** Who starts next: leases in order, ledgers in turn, each let in by the guard the moment there is room. */
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { Resources } from '../../model/resources.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { chooseDevice } from '../../throttle/devices.ts';
import { compareTurns } from '../../throttle/turns.ts';
import { waitsForOurs } from '../../throttle/lasting.ts';
import { giveWay, isClaimed, type NextStart } from './claims.ts';
import { requestOf } from './expected.ts';
import { refusalsOf } from './guard.ts';
import { type HeldAttempt, startOf } from './held-attempt.ts';
import { hostLoad } from './host-load.ts';
import type { LedgerSide } from './ledger-side.ts';
import { isLeft } from './others-turn.ts';
import { queueOf } from './queue.ts';
import { surroundingsOf } from './preparation.ts';
import type { WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';

/** How many attempts behind a held one are looked at: bounds the cost of a turn, not who may run. */
const lookAhead = 64;

export function startWhatFits(turn: WorkerTurn): void {
  for (;;) {
    const next = nextToStart(turn.state, turn.now);
    if (next === null) return giveWay(turn);
    const { lease } = next.held;
    const launch = turn.state.launches.get(lease.launch);
    // The guard holds that device from now on: something else may fit elsewhere.
    if (isLeft(turn, next)) continue;
    // What has to be announced goes on when the claims of the others are read, which is at once.
    if (launch === undefined || !isClaimed(turn, next)) return;
    const { attempt } = lease;
    turn.record({ kind: 'starting', attempt, at: turn.now, device: next.device });
    turn.instruct({ kind: 'spawn', lease, launch, surroundings: surroundingsOf(turn.state, next.held) });
  }
}

/**
 * The first attempt that fits and takes nothing that one before it waits for: small trials fill the gaps beside a
 * large one, and it is never starved by them.
 */
function nextToStart(state: WorkerState, now: number): NextStart | null {
  const waited: Refusal[] = [];
  let host: HostLoad | null = null;
  for (const side of inTurn(state)) {
    const refusedShapes = new Set<string>();
    let looked = 0;
    for (const id of queueOf(state, side)) {
      const held = state.attempts.get(id);
      looked += 1;
      if (looked > lookAhead) break;
      if (held === undefined || (!held.lease.alone && refusedShapes.has(held.lease.shape))) continue;
      host ??= hostLoad(state, now);
      const refusals = refusalsOf(state, held, host, now);
      const device = refusals.length === 0 ? deviceFor(state, held, host, waited, now) : null;
      if (device !== null) return { held, device };
      if (!held.lease.alone) refusedShapes.add(held.lease.shape);
      for (const refusal of refusals) if (waitsForOurs(refusal, host)) waited.push(refusal);
      if (waited.some(stopsEverybody)) return null;
    }
  }
  return null;
}

/** Null where it would take what another one waits for. */
function deviceFor(
  state: WorkerState,
  held: HeldAttempt,
  host: HostLoad,
  waited: readonly Refusal[],
  now: number,
): string | null {
  const request = requestOf(state, held);
  const endsInTime = (): boolean => endsAt(held, now) <= emptyAt(state);
  return waited.every((refusal) => leavesAlone(request.resources, refusal, endsInTime))
    ? chooseDevice(request, host)
    : null;
}

/** The one that had least of late, of those that had about as much the one that was served longest ago. */
const inTurn = ({ ledgers, use }: WorkerState): readonly LedgerSide[] =>
  ledgers.size < 2
    ? [...ledgers.values()]
    : [...ledgers.values()].sort((one, other) => compareTurns(use.ledgers, one.ledger, other.ledger));

const stopsEverybody = ({ kind }: Refusal): boolean =>
  kind === 'slots' ||
  kind === 'beside' ||
  kind === 'stale' ||
  kind === 'hold' ||
  kind === 'paused' ||
  kind === 'off' ||
  kind === 'quarantined';

/**
 * When what runs will have ended, as far as it is predicted. What ends by then may start although one that runs alone
 * waits for an empty host: it never waits longer for it, so it has its turn (EASY backfilling: Lifka 1995).
 */
function emptyAt({ active }: WorkerState): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const { lease, status } of active)
    if (status.kind === 'starting' || status.kind === 'running')
      last = Math.max(last, startOf(status) + (lease.predictedSeconds ?? 0) * 1_000);
  return last;
}

const endsAt = ({ lease }: HeldAttempt, now: number): number =>
  now + (lease.predictedSeconds ?? Number.POSITIVE_INFINITY) * 1_000;

/** Whether an attempt takes nothing of what another one ahead of it waits for. */
function leavesAlone(needs: Resources, { kind }: Refusal, endsInTime: () => boolean): boolean {
  switch (kind) {
    case 'alone':
      return endsInTime();
    case 'cpus':
    case 'load':
      return needs.cpus === 0;
    case 'memory':
    case 'pressure':
    case 'swap':
    case 'claims':
      return needs.hostMemoryBytes === 0;
    case 'gpus':
      return needs.gpus === 0;
    case 'slots':
    case 'beside':
    case 'stale':
    case 'hold':
    case 'paused':
    case 'off':
    case 'quarantined':
      return false;
    // Whoever else would take that device waits as well.
    case 'turn':
    // Waits for its own memory to be known, for a file, for another attempt: nothing that can be taken from it.
    case 'ramp':
    // Files stay when a trial ends, and what is free of them nobody keeps.
    case 'disk':
    case 'preparing':
    case 'unprepared':
    case 'no-room':
    case 'pass-env':
    case 'outgrown':
    case 'filled-disk':
    case 'no-gpu':
    case 'gpus-broken':
    case 'labels':
    case 'unreachable':
    case 'went-down':
    case 'failed-there':
    case 'queue':
    case 'concurrent':
      return true;
    default:
      return kind satisfies never;
  }
}
