/**
 * Accounts on one host that take turns: who has had more of late leaves a device that is free to another account whose trial
 * waits and fits there. No lock, and nothing idles for it: what is not taken within seconds is used after all, so that an
 * account whose agent has died, or says what is not true, holds up nobody.
 */
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { DeviceRefusal } from '../../model/refusal/device-refusal.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { gpuRoom, memoryRoom } from '../../throttle/room.ts';
import { givesWay, type OthersAccount, type Want } from '../../throttle/turns.ts';
import type { NextStart } from './claims.ts';
import { expected } from './expected.ts';
import { refusalsOf } from './guard.ts';
import { hostLoad } from './host-load.ts';
import { headOf } from './queue.ts';
import type { WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';
import { us } from './use.ts';

/** Its agent looks once a second, and the driver tells of memory a second later. */
const patienceMs = 5_000;
/** Who has not taken a turn is not waited for again so soon. */
const passedOverMs = 120_000;
/** Who has: what it does not need now is used. */
const takenMs = 2_000;

/** Whether the device of a start is left to another account; then the guard holds it for a moment. */
export function isLeft({ state, now }: WorkerTurn, { device }: NextStart): boolean {
  const first = firstOf(state, device, now);
  if (first === null) return false;
  const { user, used, started } = first;
  const { claims, use } = state;
  const [theirSeconds, ourSeconds] =
    device === 'cpu' ? [used.coreSeconds, use.used.coreSeconds] : [used.gpuSeconds, use.used.gpuSeconds];
  claims.left.set(device, { device, user, theirSeconds, ourSeconds, started, since: now });
  return true;
}

/** Of those who come before us and whose trial would fit there, the one that had least. */
function firstOf(state: WorkerState, device: string, now: number): OthersAccount | null {
  const turns = device === 'cpu' ? state.use.cores : state.use.gpus;
  const { accounts, passedOver } = state.claims;
  const before = accounts.filter(
    ({ user, wants }) =>
      wants.length > 0 &&
      givesWay(turns, us, user) &&
      (passedOver.get(keyOf(user, device)) ?? Number.NEGATIVE_INFINITY) <= now,
  );
  if (before.length === 0) return null;
  const host = hostLoad(state, now);
  return before
    .filter(({ wants }) => wants.some((want) => fits(want, device, host)))
    .reduce<OthersAccount | null>(
      (least, one) =>
        least === null || (turns.use.get(one.user) ?? 0) < (turns.use.get(least.user) ?? 0) ? one : least,
      null,
    );
}

function fits({ gpus, gpuBytes, hostBytes }: Want, device: string, host: HostLoad): boolean {
  if (host.figures === null || hostBytes > memoryRoom(host.figures, host).freeBytes) return false;
  if (device === 'cpu') return gpus === 0;
  const gpu = host.gpus?.find(({ uuid }) => uuid === device);
  return gpus === 1 && gpu !== undefined && gpuBytes <= (gpuRoom(gpu, host)?.freeBytes ?? 0);
}

/** What was left is ours again once it was taken, is not wanted any more, or nobody came for it. */
export function endTurns({ claims }: WorkerState, now: number): void {
  for (const [key, until] of claims.passedOver) if (until <= now) claims.passedOver.delete(key);
  for (const { user, device, since, started } of claims.left.values()) {
    const account = claims.accounts.find((one) => one.user === user);
    const isWanted = account !== undefined && account.wants.length > 0;
    const isTaken = account?.started !== started;
    if (isWanted && !isTaken && now - since < patienceMs) continue;
    claims.left.delete(device);
    if (isWanted) claims.passedOver.set(keyOf(user, device), now + (isTaken ? takenMs : passedOverMs));
  }
}

const keyOf = (user: string, device: string): string => `${user} ${device}`;

/** The first that waits for room which others may have; null where nothing does. */
export function wantOf(state: WorkerState, now: number): Want | null {
  const heads = [...state.ledgers.values()].flatMap((side) => headOf(state, side) ?? []);
  if (heads.length === 0) return null;
  const host = hostLoad(state, now);
  for (const id of heads) {
    const held = state.attempts.get(id);
    const refusals = held === undefined ? [] : refusalsOf(state, held, host, now);
    if (held === undefined || refusals.length === 0 || !refusals.every(mayBeOthers)) continue;
    const { gpus, gpuMemoryBytes, hostMemoryBytes } = expected(state, held);
    return { gpus: gpus === 1 ? 1 : 0, gpuBytes: gpuMemoryBytes ?? 0, hostBytes: hostMemoryBytes ?? 0 };
  }
  return null;
}

const mayBeOthers = (refusal: Refusal): boolean =>
  refusal.kind === 'gpus'
    ? refusal.devices.some(({ refusals }) => refusals.every(({ kind }) => takenKinds.has(kind)))
    : refusal.kind === 'memory' || refusal.kind === 'load' || refusal.kind === 'turn';

const takenKinds: ReadonlySet<DeviceRefusal['kind']> = new Set(['gpu-memory', 'gpu-utilisation', 'gpu-turn']);
