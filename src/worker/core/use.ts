/** What accounts, ledgers and sweeps have used of this host of late, so that each has its turn (throttle/turns.ts). */
import { faded, type Turns, turnsAfter } from '../../throttle/turns.ts';
import type { HeldAttempt } from './held-attempt.ts';
import type { JournalRecord } from './journal-record.ts';
import { sweepKey, sweepOf } from './queue.ts';
import type { UseState, WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';

type UsedRecord = Extract<JournalRecord, { kind: 'used' }>;

/** This account among accounts: no user has an empty name. */
export const us = '';

/** An agent that is killed forgets no more than that. */
const keptEveryMs = 60_000;

export function countUse(turn: WorkerTurn, sinceMs: number): void {
  const { state, now } = turn;
  const { use } = state;
  const seconds = sinceMs / 1_000;
  const spent = { gpus: new Map(othersOnGpus(state, seconds)), cores: othersCores(state, now) };
  const [ledgers, sweeps] = [new Map<string, number>(), new Map<string, number>()];
  for (const held of state.active) {
    const kind = held.device === 'cpu' ? 'cores' : 'gpus';
    const taken = devicesOf(state, held) * seconds;
    add(spent[kind], us, taken);
    add(ledgers, held.ledger, taken);
    add(sweeps, sweepKey(held.ledger, sweepOf(held.lease)), taken);
  }
  use.used = {
    gpuSeconds: faded(use.used.gpuSeconds, sinceMs) + (spent.gpus.get(us) ?? 0),
    coreSeconds: faded(use.used.coreSeconds, sinceMs) + (spent.cores.get(us) ?? 0),
  };
  use.gpus = turnsAfter(use.gpus, spent.gpus, wantingAccounts(state, 1), sinceMs);
  use.cores = turnsAfter(use.cores, spent.cores, wantingAccounts(state, 0), sinceMs);
  use.ledgers = turnsAfter(use.ledgers, ledgers, wantingLedgers(state), sinceMs);
  use.sweeps = turnsAfter(use.sweeps, sweeps, wantingSweeps(state), sinceMs);
  if (state.active.size > 0 && now - use.keptAt >= keptEveryMs) keepUse(turn);
}

export function keepUse(turn: WorkerTurn): void {
  turn.state.use.keptAt = turn.now;
  turn.record(usedRecord(turn.state.use, turn.now + turn.state.use.wallOffsetMs));
}

/** Its time is the wall clock's: it is read in another boot, where the host's clock has begun anew. */
export const usedRecord = ({ used, ledgers, sweeps }: UseState, at: number): UsedRecord => ({
  kind: 'used',
  at,
  ...used,
  ledgers: [...ledgers.use],
  sweeps: [...sweeps.use],
});

/** @param at now, in ms since 1970 */
export function recallUse({ state, now }: WorkerTurn, at: number): void {
  const { use } = state;
  use.wallOffsetMs = at - now;
  const sinceMs = use.recordedAt === null ? 0 : at - use.recordedAt;
  const fade = (turns: Turns): Turns => turnsAfter(turns, new Map(), [], sinceMs);
  const { gpuSeconds, coreSeconds } = use.used;
  use.used = { gpuSeconds: faded(gpuSeconds, sinceMs), coreSeconds: faded(coreSeconds, sinceMs) };
  use.gpus = { use: new Map([[us, use.used.gpuSeconds]]), wanting: [] };
  use.cores = { use: new Map([[us, use.used.coreSeconds]]), wanting: [] };
  use.ledgers = fade(use.ledgers);
  use.sweeps = fade(use.sweeps);
}

function add(to: Map<string, number>, who: string, seconds: number): void {
  to.set(who, (to.get(who) ?? 0) + seconds);
}

/** Of a GPU its share; of the cores as many as it holds, and one where it says that it holds none. */
function devicesOf(state: WorkerState, { device, lease, status }: HeldAttempt): number {
  if (status.kind === 'running' && status.run.suspended !== null) return 0;
  if (device !== 'cpu') return 1 / (sharersOf(state, device) || 1);
  return lease.resources.cpus === 0 ? 1 : lease.resources.cpus;
}

/** Trials on a GPU, of all accounts. */
function sharersOf({ active, claims }: WorkerState, device: string): number {
  let count = claims.others.filter((claim) => claim.device === device && claim.announcedAt === null).length;
  for (const held of active) if (held.device === device) count += 1;
  return count;
}

/** All that runs on a GPU is claimed: what others use of them is seen, whatever they say of it. */
function* othersOnGpus(state: WorkerState, seconds: number): Generator<[string, number]> {
  const taken = new Map<string, number>();
  for (const { user, device, announcedAt } of state.claims.others)
    if (device !== 'cpu' && announcedAt === null) add(taken, user, seconds / sharersOf(state, device));
  yield* taken;
  const { use, claims } = state;
  // Who is met for the first time has what that account says it had.
  for (const { user, used } of claims.accounts)
    if (!use.gpus.use.has(user)) yield [user, used.gpuSeconds + (taken.get(user) ?? 0)];
}

/** What others use of the cores is what they say. */
function othersCores({ use, claims }: WorkerState, now: number): Map<string, number> {
  const spent = new Map<string, number>();
  for (const { user, used } of claims.accounts) {
    const last = use.heard.get(user);
    const before = last === undefined ? 0 : faded(last.coreSeconds, now - last.at);
    spent.set(user, Math.max(0, used.coreSeconds - before));
    use.heard.set(user, { coreSeconds: Math.max(used.coreSeconds, before), at: now });
  }
  return spent;
}

function wantingAccounts({ ledgers, claims }: WorkerState, gpus: 0 | 1): string[] {
  const others = claims.accounts.filter(({ wants }) => wants.some((want) => want.gpus === gpus));
  const isWaiting = [...ledgers.values()].some(({ waiting }) => waiting.size > 0);
  return [...(isWaiting ? [us] : []), ...others.map(({ user }) => user)];
}

const wantingLedgers = ({ ledgers }: WorkerState): string[] =>
  [...ledgers.values()].filter(({ waiting }) => waiting.size > 0).map(({ ledger }) => ledger);

const wantingSweeps = ({ ledgers }: WorkerState): string[] =>
  [...ledgers.values()].flatMap(({ ledger, queue }) => [
    ...new Set((queue ?? []).flat().map(({ sweep }) => sweepKey(ledger, sweep))),
  ]);
