/**
 * Evens out what waits on hosts: asked back from those that would be through late, for those that would be through
 * early. Nothing is leased elsewhere before its host has confirmed that it has not started.
 */
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptId, HostName, SweepName } from '../../model/ids.ts';
import { isAsked } from '../hosts/asked.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, type Berth, type Candidate, endsAgainIn, endsIn, isOpenTo, remove, takes } from './berth.ts';
import type { Waiting } from './backlog.ts';
import { carriedTo } from './checkpoint.ts';
import { type Choice, chooseHost } from './choice.ts';
import { closedTo } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';

/** Attempts that one plan asks for: the rest follows once these are answered. */
const mostAsked = 500;
/** Attempts of a backlog that are looked at for one that another host can take. */
const mostLooked = 200;
/** An end that is not this much earlier is not worth asking for, and would go to and fro: seconds, share of the time. */
const leastGainSeconds = 0.5;
const leastGain = 0.17;

export function evenOut(
  state: CoordinatorState,
  berths: readonly Berth[],
  choices: ReadonlyMap<SweepName, Choice>,
): ReadonlyMap<HostName, readonly AttemptId[]> {
  const asked = new Map<HostName, AttemptId[]>();
  const askable = berths.filter(({ host }) => isAnswering(host));
  const donors: Donor[] = [];
  for (const berth of askable) {
    const unwanted = unwantedOn(state, berth);
    if (unwanted.length > 0) asked.set(berth.host.name, unwanted);
    else donors.push({ berth, from: 0, to: berth.waiting.length, gone: new Set() });
  }
  const mayReceive = [...choices.values()].some(({ candidates }) => candidates.some(isOpenTo));
  if (!mayReceive) return asked;
  for (let count = 0; count < mostAsked; count += 1) {
    const move = nextMove(state, donors, choices);
    if (move === null) break;
    const { name } = move.from.berth.host;
    asked.set(name, [...(asked.get(name) ?? []), move.attempt.id]);
    donors.find(({ berth }) => berth === move.from.berth)?.gone.add(move.trial);
    remove(move.from, move.trial);
    add(move.to, move.trial);
  }
  return asked;
}

/** A host that may have to give away. */
interface Donor {
  readonly berth: Berth;
  /** What waits there (backlog.ts) from one place on and before another has not been looked at. */
  from: number;
  to: number;
  /** What the plan takes away there. */
  readonly gone: Set<Trial>;
}

interface Moved {
  readonly from: Candidate;
  readonly attempt: Attempt;
  readonly trial: Trial;
}

type Move = Moved & { readonly to: Candidate };

/** From the host that is busy for longest, as long as another ends it markedly earlier. */
function nextMove(
  state: CoordinatorState,
  donors: Donor[],
  choices: ReadonlyMap<SweepName, Choice>,
): Move | null {
  while (donors.length > 0) {
    const donor = donors.reduce((one, other) =>
      other.berth.all.places.load > one.berth.all.places.load ? other : one,
    );
    const move = mayGain(donor, donors) ? moveFrom(state, donor, choices) : null;
    if (move !== null) return move;
    donors.splice(donors.indexOf(donor), 1);
  }
  return null;
}

/** A long queue is looked through only where another host is markedly less busy. */
const mayGain = ({ berth }: Donor, donors: readonly Donor[]): boolean =>
  berth.all.open <= mostLooked ||
  donors.some((other) => isEarlier(other.berth.all.places.load, berth.all.places.load));

const isEarlier = (seconds: number, thanSeconds: number): boolean =>
  seconds < thanSeconds - Math.max(leastGainSeconds, thanSeconds * leastGain);

/**
 * What takes long belongs to the fastest; where nothing long ends earlier elsewhere, something short may: a fast host that
 * keeps the long ones need not run the short ones as well.
 */
function moveFrom(
  state: CoordinatorState,
  donor: Donor,
  choices: ReadonlyMap<SweepName, Choice>,
): Move | null {
  const { waiting } = donor.berth;
  const long = firstMove(state, donor, choices, () => waiting[(donor.to -= 1)]);
  if (long !== null) return long;
  const short = firstMove(state, donor, choices, () => waiting[(donor.from += 1) - 1]);
  return short !== null && isMuchEarlier(short) ? short : null;
}

/** Only to who would soon have nothing to do, and would end it well before it began here: else it would go to and fro. */
function isMuchEarlier({ from, to, trial }: Move): boolean {
  const { freeIn } = to.ahead.places;
  const seconds = takes(to, trial);
  return freeIn < seconds && freeIn + seconds < from.ahead.places.freeIn;
}

/** Of the first that anybody can take. */
function firstMove(
  state: CoordinatorState,
  donor: Donor,
  choices: ReadonlyMap<SweepName, Choice>,
  next: () => Waiting | undefined,
): Move | null {
  const { berth } = donor;
  for (let looked = 0; looked < mostLooked && donor.from < donor.to; looked += 1) {
    const waiting = next();
    const choice = waiting === undefined ? undefined : choices.get(waiting.attempt.sweep);
    const from = choice?.candidates.find((candidate) => candidate.berth === berth);
    if (waiting === undefined || choice === undefined || from === undefined) continue;
    const { attempt, trial } = waiting;
    if (!mayMove(state, trial, from)) continue;
    remove(from, trial);
    const here = { ...choice, candidates: answering(berth, choice), coming: [], away: [] };
    const to = chooseHost(state, trial, here);
    const ends = to === null ? Number.POSITIVE_INFINITY : endsIn(to, trial);
    const isGain = to !== from && isEarlier(ends, endsIn(from, trial));
    add(from, trial);
    if (to === null) continue;
    return isGain && isEarlier(ends, endsAgainIn(from, trial, donor.gone))
      ? { from, to, attempt, trial }
      : null;
  }
  return null;
}

/** Nothing would lease anew what nobody asks for. Whose checkpoint was brought there goes on there, unless it would wait for somebody to leave. */
const mayMove = (state: CoordinatorState, trial: Trial, { berth, isClosed }: Candidate): boolean =>
  isAsked(state, trial) && (isClosed || carriedTo(state, trial, 'there') !== berth.host.name);

/** Whom it may go to, itself among them: what would come back to it is not asked for. */
const answering = (berth: Berth, { candidates }: Choice): Candidate[] =>
  candidates.filter((other) => other.berth === berth || isAnswering(other.berth.host));

/** Whether it has answered for all that it was asked for. */
const isAnswering = ({ link }: FleetHost): boolean => link.kind === 'ready' && link.asked.size === 0;

/** What waits on a host that may start nothing any more, or never that, or for sweeps that are paused. */
const unwantedOn = (state: CoordinatorState, berth: Berth): AttemptId[] =>
  closedTo(state, berth.host) === null
    ? [...new Set([...waitsForPaused(state, berth), ...hasOutgrown(state, berth)])]
    : waitingOn(state, berth).map(({ id }) => id);

/** Another of its shape has run out there of all that there is: of a memory, or of the disk. */
function hasOutgrown({ ledger }: CoordinatorState, berth: Berth): AttemptId[] {
  if (ledger.outgrown.size + ledger.filledDisks.size === 0) return [];
  return berth.waiting
    .filter(({ attempt: { point } }) => {
      const kind = misfit(ledger, point, berth.host, berth.idle)?.kind;
      return kind === 'outgrown' || kind === 'filled-disk';
    })
    .map(({ attempt }) => attempt.id);
}

function waitsForPaused(state: CoordinatorState, berth: Berth): AttemptId[] {
  const work = state.ledger.hosts.get(berth.host.name)?.work.keys() ?? [];
  const isPaused = (name: SweepName): boolean => state.ledger.sweeps.get(name)?.status.kind === 'paused';
  if (![...work].some(isPaused)) return [];
  return waitingOn(state, berth)
    .filter(({ trial }) => state.ledger.trials.get(trial)?.sweeps.every(isPaused))
    .map(({ id }) => id);
}

const waitingOn = (state: CoordinatorState, { host }: Berth): Attempt[] =>
  [...(state.ledger.hosts.get(host.name)?.open ?? [])].flatMap((id) => {
    const attempt = state.ledger.attempts.get(id);
    return attempt?.status.kind === 'leased' ? [attempt] : [];
  });
