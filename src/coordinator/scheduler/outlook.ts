/** What a plan expects of trials. It is asked of the same points again and again: an answer holds for as long as the plan. */
import type { LaunchId } from '../../model/ids.ts';
import type { PointDeclaration } from '../../ledger/events.ts';
import { expectBusy } from '../../predict/busy.ts';
import { type Durations, expectSeconds } from '../../predict/duration.ts';
import { oneKind, predictMemory } from '../../predict/memory.ts';
import { learnedAs } from '../hosts/likeness.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { runningOn } from './running.ts';

/** Of the trials of one launch, and of those that are like it. */
export interface Outlook {
  /** Under which it is learned what they take. */
  readonly likeness: string;
  /** Whether this is more than a guess. */
  readonly isPredicted: boolean;
  /** Whether one of them was seen to its end. */
  readonly isSeen: boolean;
  of(point: PointDeclaration): Expectation;
}

interface Expectation {
  /** On a host like all others. */
  readonly seconds: number;
  /** Share of a GPU's time; null where nothing was seen. */
  readonly busy: number | null;
  /** Of a kind of GPU's memory; null where nothing is known. */
  readonly gpuBytes: (gpuName: string | null) => number | null;
  /** Of the host's; null where nothing is known. */
  readonly hostBytes: () => number | null;
}

export type Outlooks = (launch: LaunchId) => Outlook;

/** Of a trial of which nothing is known. */
const unknownSeconds = 60;
/** Once one has run so long, it is known that they take at least as long, and that they do not fail at once. */
const tellingSeconds = 10;

/** @param now wall clock in ms */
export function outlooksOf(state: CoordinatorState, now: number): Outlooks {
  let ran: ReadonlyMap<string, number> | null = null;
  const ranSeconds = (launch: string): number => (ran ??= ranOf(state, now)).get(launch) ?? 0;
  const guesses = new Map<string, Outlook>();
  const known = knownIn(state);
  return (ofLaunch) => {
    const launch = learnedAs(state.ledger, ofLaunch);
    const isSeen = state.durations.has(launch);
    const kept = isSeen ? known : guesses;
    const outlook = kept.get(launch) ?? outlookOf(state, launch, isSeen ? 0 : ranSeconds(launch));
    kept.set(launch, outlook);
    return outlook;
  };
}

/** What was learned from ends holds until the next one. */
function knownIn({ durations, learned }: CoordinatorState): Map<string, Outlook> {
  const last = lastKnown.get(durations);
  if (last?.learned === learned) return last.outlooks;
  const outlooks = new Map<string, Outlook>();
  lastKnown.set(durations, { learned, outlooks });
  return outlooks;
}

const lastKnown = new WeakMap<Durations, { learned: number; outlooks: Map<string, Outlook> }>();

/** @param ranSeconds how long the first trials of this launch run already, where none of it has ended */
function outlookOf(state: CoordinatorState, launch: string, ranSeconds: number): Outlook {
  const { durations, busyShares, memories } = state;
  const known = new Map<PointDeclaration, Expectation>();
  // A plan asks of a trial for each host in turn.
  let last: { readonly point: PointDeclaration; readonly expectation: Expectation } | null = null;
  const expectationOf = (point: PointDeclaration): Expectation => ({
    seconds: expectSeconds(durations, launch, point) ?? Math.max(unknownSeconds, ranSeconds),
    busy: expectBusy(busyShares, launch, point),
    gpuBytes: onceEach((gpuName: string | null) =>
      predictMemory(memories.gpu, gpuName ?? oneKind, {
        launch,
        shape: point.shape,
        declaredBytes: point.resources.gpuMemoryBytes,
      }),
    ),
    hostBytes: () =>
      predictMemory(memories.host, oneKind, {
        launch,
        shape: point.shape,
        declaredBytes: point.resources.hostMemoryBytes,
      }),
  });
  return {
    likeness: launch,
    isSeen: durations.has(launch),
    isPredicted: durations.has(launch) || ranSeconds >= tellingSeconds,
    of: (point) => {
      if (last?.point === point) return last.expectation;
      const expectation = known.get(point) ?? expectationOf(point);
      known.set(point, expectation);
      last = { point, expectation };
      return expectation;
    },
  };
}

function onceEach<Asked, Answer>(answer: (asked: Asked) => Answer): (asked: Asked) => Answer {
  const answers = new Map<Asked, { readonly answer: Answer }>();
  return (asked) => {
    const found = answers.get(asked) ?? { answer: answer(asked) };
    answers.set(asked, found);
    return found.answer;
  };
}

/** By likeness: for how many seconds the first of its trials have run, wherever they do. */
function ranOf(state: CoordinatorState, now: number): ReadonlyMap<string, number> {
  const ran = new Map<string, number>();
  for (const host of state.fleet.values())
    for (const { attempt, seconds } of runningOn(state, host, now)) {
      const launch = learnedAs(state.ledger, attempt.launch);
      ran.set(launch, Math.max(seconds, ran.get(launch) ?? 0));
    }
  return ran;
}
