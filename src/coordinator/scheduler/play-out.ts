/**
 * The plan gone on with until nothing waits, on the hosts as they are now: of all sweeps that have something to do, in the
 * order in which hosts start it (worker/core/queue.ts).
 */
import type { LedgerState, Trial } from '../../ledger/state.ts';
import type { HostName, SweepName } from '../../model/ids.ts';
import { misfit } from '../hosts/fit.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, type Candidate, endsIn, takes } from './berth.ts';
import { shareIn } from './lane.ts';
import type { Contender, Waiting } from './contender.ts';
import { Places } from './places.ts';

/** What becomes of one sweep. */
export interface Played {
  /** Until all of it has ended that runs or has found a place. */
  seconds: number;
  /** What each host has begun by then of what waited, and until it is through with that. */
  readonly begun: Map<HostName, Begun>;
  /** Trials that found no place on a host that is there. */
  unplaced: number;
}

export interface Begun {
  readonly trials: number;
  readonly seconds: number;
}

interface Turn {
  readonly contender: Contender;
  readonly played: Played;
  /** When each of the trials that it may have at once ends; null where it may have any number. */
  readonly slots: Places | null;
  /** How many of those that wait have had their turn. */
  next: number;
  /** Seconds of places that it was given. */
  used: number;
}

/** Seen of each trial that finds its place. */
export type Witness = (contender: Contender, chosen: Candidate, waiting: Waiting) => void;

/** @param contenders spent: the hosts hold all of it afterwards */
export function playOut(
  { ledger }: Pick<CoordinatorState, 'ledger'>,
  contenders: readonly Contender[],
  witness: Witness = () => {},
): ReadonlyMap<SweepName, Played> {
  const turns = contenders.map(turnOf);
  const settled = new Map<Trial, number>();
  for (let turn = nextOf(turns); turn !== null; turn = nextOf(turns)) {
    const waiting = turn.contender.waiting[turn.next];
    turn.next += 1;
    if (waiting === undefined) continue;
    const before = settled.get(waiting.trial);
    const ends = before ?? begin(ledger, turn, waiting, witness);
    settled.set(waiting.trial, ends);
    turn.played.seconds = Math.max(turn.played.seconds, ends);
  }
  return new Map(turns.map(({ contender: { sweep }, played }) => [sweep.name, played]));
}

function turnOf(contender: Contender): Turn {
  const { running, sweep } = contender;
  const { concurrent } = sweep.declaration;
  const slots = concurrent === null ? null : new Places(concurrent, 0);
  for (const { seconds } of running) slots?.add(seconds, 1);
  const played = { seconds: contender.runsFor, begun: new Map(), unplaced: 0 };
  return { contender, played, slots, next: 0, used: 0 };
}

/**
 * Whose turn it is: of those that may have one more at once the most urgent, of equal ones the one that was given least.
 * Where none may, the first that may again.
 */
function nextOf(turns: readonly Turn[]): Turn | null {
  let [first, waits]: [Turn | null, number] = [null, 0];
  for (const turn of turns) {
    if (turn.next >= turn.contender.waiting.length) continue;
    const wait = waitOf(turn);
    if (first === null || wait < waits || (wait === waits && comesBefore(turn, first)))
      [first, waits] = [turn, wait];
  }
  return first;
}

function comesBefore(one: Turn, other: Turn): boolean {
  const urgency = one.contender.sweep.declaration.priority - other.contender.sweep.declaration.priority;
  return urgency === 0 ? one.used < other.used : urgency > 0;
}

/** For how long a place is free before the sweep may have one more at once. */
function waitOf({ slots, contender: { candidates } }: Turn): number {
  if (slots === null || slots.freeIn === 0) return 0;
  const free = candidates.filter((one) => !isShut(one)).map(({ ahead }) => ahead.places.freeIn);
  return free.length === 0 ? 0 : Math.max(0, slots.freeIn - Math.min(...free));
}

/** @returns until the first of them has ended; 0 where no host takes it */
function begin(ledger: LedgerState, turn: Turn, waiting: Waiting, witness: Witness): number {
  const { contender, played, slots } = turn;
  const { trial, count } = waiting;
  const chosen = soonest(ledger, contender.candidates, trial);
  if (chosen === null) {
    played.unplaced += count;
    return 0;
  }
  witness(contender, chosen, waiting);
  let ends = 0;
  for (let added = 0; added < count; added += 1) {
    const from = slots?.freeIn ?? 0;
    const end = Math.max(endsIn(chosen, trial), from + takes(chosen, trial));
    add(chosen, trial, from);
    slots?.add(end - from, 1);
    // Where one stands for many these spread over hosts, as the next one does.
    if (added === 0) ends = end;
  }
  turn.used += count * takes(chosen, trial) * shareIn(chosen.lane, trial.point);
  const { name } = chosen.berth.host;
  const before = played.begun.get(name);
  played.begun.set(name, {
    trials: (before?.trials ?? 0) + count,
    seconds: Math.max(before?.seconds ?? 0, ends),
  });
  return ends;
}

/** It lets nothing of the sweep start for now. */
export const isShut = ({ berth, isClosed }: Candidate): boolean => berth.isBlocked || isClosed;

/** The rules of hosts are asked of the one that would be chosen alone. */
function soonest(ledger: LedgerState, candidates: readonly Candidate[], trial: Trial): Candidate | null {
  let best: Candidate | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    if (isShut(candidate)) continue;
    const ends = endsIn(candidate, trial);
    if (ends < least) [best, least] = [candidate, ends];
  }
  if (best === null || misfit(ledger, trial.point, best.berth.host, best.berth.idle) === null) return best;
  return soonest(
    ledger,
    candidates.filter((candidate) => candidate !== best),
    trial,
  );
}
