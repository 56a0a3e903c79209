/** What this host bears: each sample is a moment that it survived, and a boot without a farewell tells of one that it did not. */
import { type Ceiling, type Moment, noCeiling } from '../../model/ceiling.ts';
import { earned, isNear, learn } from '../../throttle/ceiling.ts';
import { spanWatts } from '../../throttle/power.ts';
import type { MeasuredGpu, WorkerEvent } from './event.ts';
import type { HeldAttempt, Run } from './held-attempt.ts';
import { wattsOf } from './host-load.ts';
import { limitsNow } from './limits-now.ts';
import { isOursAlone } from './others.ts';
import type { Recalled, WorkerState } from './state.ts';
import type { WorkerTurn } from './turn.ts';

/** What the GPUs took over so long, on the mean, they have borne: supplies and breakers take longer for less. */
const borneMs = 20_000;
/** Moments are on the disk this often while trials run, and at once where the power is higher by this share than on the disk. */
const keptEveryMs = 5_000;
const higher = 1.02;
/** Of what a trial is expected to draw, or of a GPU's time, what shows that it has begun; or it draws little, as its memory or time tells. */
const shownShare = 0.2;
const shownAfterMs = 30_000;
const settledAfterMs = 15_000;
const shortMs = 10_000;
/** The driver's figures are of the time before: what ran there last shows in them. */
const staleMs = 3_000;
/** A trial that was near the ceiling for this share of its time, and that long, was a full one there. */
const nearShare = 0.5;
const leastNearMs = 60_000;

/** What the host has of its life before. */
export function recall(
  turn: WorkerTurn,
  { ceiling, others, before, at }: Extract<WorkerEvent, { kind: 'recalled' }>,
): void {
  const { state } = turn;
  state.ceiling = ceiling;
  state.othersCeilings = others;
  state.recalled = { ceiling, at, before, hasLeft: state.hasLeft || (before?.hasLeft ?? false) };
  learnFrom(turn, state.recalled, before?.moments ?? []);
}

/**
 * What a coordinator heard of this host's last boot: its own disk may lack the last seconds of it, or all. Of two boots ago,
 * or after a farewell, it teaches nothing.
 */
export function fillGap(
  turn: WorkerTurn,
  { bootId, moments }: { readonly bootId: string; readonly moments: readonly Moment[] },
): void {
  const { recalled, facts } = turn.state;
  if (recalled === null || recalled.hasLeft || bootId === facts.bootId) return;
  const { before } = recalled;
  if (before !== null && before.bootId !== bootId) return;
  const known = before?.moments ?? [];
  const lastAt = known.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  const all = [...known, ...moments.filter(({ at }) => at > lastAt)];
  if (all.length === known.length) return;
  turn.state.recalled = { ...recalled, before: { bootId, moments: all, hasLeft: false } };
  learnFrom(turn, recalled, all);
}

/** By what was known before it: it may be told of the same crash twice. */
function learnFrom(turn: WorkerTurn, { ceiling: before, at }: Recalled, moments: readonly Moment[]): void {
  const { state } = turn;
  const learned = learn(before, moments, at);
  if (learned === before) return;
  state.ceiling = { ...learned, borneWatts: Math.max(learned.borneWatts, state.ceiling.borneWatts) };
  state.ceilingBefore = before;
  turn.instruct({ kind: 'keep-ceiling', ceiling: state.ceiling });
}

/** What a power cut took down under a load that it had borne before was no fault of the load. */
export function forgetCeiling(turn: WorkerTurn, of: 'all' | 'last-crash'): void {
  const { state } = turn;
  const before = of === 'all' ? noCeiling : state.ceilingBefore;
  if (before === null || (of === 'last-crash' && wasNew(state.ceiling))) return;
  state.ceiling = before;
  state.ceilingBefore = null;
  state.recalled = null;
  if (of === 'all') state.othersCeilings = [];
  turn.instruct({ kind: 'keep-ceiling', ceiling: before });
}

/** Whether it went down under more than it had ever borne, which is nothing where it did so in the first seconds. */
const wasNew = ({ died, borneWatts }: Ceiling): boolean =>
  died?.watts != null && died.watts > borneWatts * higher;

export function noteMoment(turn: WorkerTurn, sinceMs: number): void {
  const { state, now } = turn;
  const moment = momentOf(state, now);
  if (moment === null) return;
  const wasRunning = (state.moments.at(-1)?.running ?? 0) > 0;
  state.moments.push(moment);
  while (now - (state.moments[0]?.at ?? now) > borneMs) state.moments.shift();
  if (moment.running === 0 && !wasRunning) return;
  noteBorne(turn);
  if (isNear(moment.watts ?? 0, state.ceiling))
    for (const { status } of state.active) if (status.kind === 'running') status.run.nearMs += sinceMs;
  const isHigher = (moment.watts ?? 0) > state.kept.watts * higher;
  const isDue = now - state.kept.at >= keptEveryMs || moment.running === 0;
  if (!isHigher && !isDue) return;
  const unkept = state.moments.filter(({ at }) => at > state.kept.at);
  state.kept = { at: now, watts: Math.max(...state.moments.map(({ watts }) => watts ?? 0)) };
  turn.instruct({ kind: 'keep-moments', moments: unkept });
}

/** A trial has come to its end: what its host carried meanwhile it carries. */
export function noteSurvived(
  turn: WorkerTurn,
  { lease }: HeldAttempt,
  { nearMs, gpu }: Run,
  ranMs: number,
): void {
  const { state } = turn;
  // What was over before it had shown anything is no danger to a power supply: its like need not be waited for.
  if (ranMs < shortMs && !gpu.hasShownPower)
    state.launchDraws.set(lease.launch, Math.max(state.launchDraws.get(lease.launch) ?? 0, gpu.draw ?? 0));
  if (state.ceiling.watts === null || nearMs < leastNearMs || nearMs < ranMs * nearShare) return;
  state.ceiling = earned(state.ceiling);
  turn.instruct({ kind: 'keep-ceiling', ceiling: state.ceiling });
}

/** What a trial draws shows where it has its GPU to itself. */
export function measurePower(
  { state, now }: WorkerTurn,
  held: HeldAttempt,
  run: Run,
  figures: MeasuredGpu,
): void {
  const { powerWatts } = figures;
  const idleWatts = state.gpus.get(figures.uuid)?.idleWatts ?? null;
  const span = spanWatts({ figures, idleWatts });
  const { gpu } = run;
  if (now - gpu.computesSince < staleMs) return;
  const isLone = [...state.active].every((one) => one === held || one.device !== held.device);
  // The first sample of it may be one in which it computes already.
  gpu.startWatts ??= isLone ? (idleWatts ?? powerWatts) : powerWatts;
  gpu.startUtilisation ??= isLone ? 0 : figures.utilisation;
  if (powerWatts === null || span === null || gpu.startWatts === null) {
    gpu.hasShownPower = true;
    return;
  }
  gpu.hasShownPower ||=
    powerWatts >= gpu.startWatts + wattsOf(state, held) * shownShare ||
    (figures.utilisation ?? 0) >= (gpu.startUtilisation ?? 0) + shownShare ||
    now - gpu.computesSince >= (gpu.settled ? settledAfterMs : shownAfterMs);
  if (
    !isLone ||
    !isOursAlone(figures, limitsNow(state)) ||
    !gpu.hasShownPower ||
    run.suspended !== null ||
    span <= 0
  )
    return;
  const draw = Math.min(1, Math.max(0, (powerWatts - (idleWatts ?? 0)) / span));
  gpu.draw = Math.max(gpu.draw ?? 0, draw);
  const { shape, launch } = held.lease;
  state.draws.set(shape, Math.max(state.draws.get(shape) ?? 0, draw));
  state.launchDraws.set(launch, Math.max(state.launchDraws.get(launch) ?? 0, draw));
}

/** What stood still draws nothing yet when it goes on. */
export function goesOn({ gpu }: Run, now: number): void {
  gpu.computesSince = now;
  gpu.hasShownPower = false;
  gpu.startWatts = null;
  gpu.startUtilisation = null;
}

function noteBorne(turn: WorkerTurn): void {
  const { moments, ceiling } = turn.state;
  const [first] = moments;
  if (first === undefined || turn.now - first.at < borneMs - 2_000) return;
  const watts = moments.reduce((sum, one) => sum + (one.watts ?? 0), 0) / moments.length;
  if (watts <= ceiling.borneWatts * higher) return;
  turn.state.ceiling = { ...ceiling, borneWatts: watts };
  turn.instruct({ kind: 'keep-ceiling', ceiling: turn.state.ceiling });
}

function momentOf({ figures, active, gpus: watches }: WorkerState, now: number): Moment | null {
  if (figures === null) return null;
  const { gpus, memoryTotalBytes, memoryAvailableBytes } = figures.value;
  const known = (key: 'powerWatts' | 'powerLimitWatts' | 'temperatureCelsius'): number[] =>
    gpus.flatMap((gpu) => gpu[key] ?? []);
  const celsius = known('temperatureCelsius');
  return {
    at: now,
    watts: sumOf(known('powerWatts')),
    idleWatts: sumOf([...watches.values()].flatMap(({ idleWatts }) => idleWatts ?? [])),
    limitWatts: sumOf(known('powerLimitWatts')),
    celsius: celsius.length === 0 ? null : Math.max(...celsius),
    memoryBytes: memoryTotalBytes - memoryAvailableBytes,
    memoryTotalBytes,
    running: active.size,
  };
}

/** Null for none: what the driver does not tell is no 0. */
const sumOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0);
