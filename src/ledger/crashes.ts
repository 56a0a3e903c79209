/** Hosts that went down, and the trials that ran there: each may be the one that made them. */
import type { HostName } from '../model/ids.ts';
import { wroteMuch } from '../model/result/disk-use.ts';
import type { Outcome } from '../model/result/outcome.ts';
import { hostOf, trialOf } from './records.ts';
import { hasResult } from './results.ts';
import type { Attempt, HostCrash, LedgerState, Trial, TrialCrash } from './state.ts';

/**
 * Hosts that lose their power together are heard of again when each has started, which takes a server up to some
 * minutes longer than its neighbour.
 */
const togetherMs = 10 * 60_000;
/** A trial that ran at so many crashes runs alone: it may have made them. */
const suspicious = 2;

/**
 * What a host with another boot has lost, or does not know any more, since it was written down last before the power
 * was gone. A host that was shut down in order went down under nobody.
 */
export function noteIfCrash(state: LedgerState, attempt: Attempt, outcome: Outcome, at: number): void {
  if (outcome.kind !== 'lost' || outcome.reason === 'silence' || outcome.reason === 'shutdown') return;
  // Of some starts the host had no time to tell.
  const startedAt = attempt.status.kind === 'running' ? attempt.status.at : attempt.leasedAt;
  const { crashes } = hostOf(state, attempt.host);
  const last = crashes.at(-1);
  const isKnown = last !== undefined && startedAt < last.at && at - last.at < togetherMs;
  const crash = isKnown ? last : { at, lastStart: startedAt };
  if (!isKnown) crashes.push(crash);
  crash.lastStart = Math.max(crash.lastStart, startedAt);
  const trial = trialOf(state, attempt.trial);
  trial.crashes = trial.crashes.concat({ host: attempt.host, crash, alone: attempt.alone });
  if (!hasResult(trial.status)) state.shaken.add(trial);
}

/** The crashes that a trial may have made: where the power was cut, none did. */
export const crashesOf = (state: LedgerState, { crashes }: Trial): readonly TrialCrash[] =>
  crashes.length === 0 ? crashes : crashes.filter((one) => !isPowerCut(state, one));

export const mustRunAlone = (state: LedgerState, trial: Trial): boolean =>
  trial.crashes.length >= suspicious && crashesOf(state, trial).length >= suspicious;

/**
 * What ran out of its host's memory twice, or had to leave for want of memory, finds room only where nothing else takes it;
 * and of a disk it shows only there who has filled it.
 */
const wantingTooOften = 2;

/** Whether nothing else of labsweep is to run beside a trial. */
export const runsAlone = (state: LedgerState, trial: Trial): boolean =>
  mustRunAlone(state, trial) ||
  (trial.attempts.length >= wantingTooOften &&
    trial.attempts.filter((id) => wantedRoom(state.attempts.get(id))).length >= wantingTooOften);

function wantedRoom(attempt: Attempt | undefined): boolean {
  if (attempt?.status.kind !== 'ended') return false;
  const { outcome, shortage } = attempt.status.end;
  if (outcome.kind === 'no-space') return wroteMuch(attempt.status.end);
  if (outcome.kind === 'oom') return shortage?.memory === 'host';
  return outcome.kind === 'evicted' && (outcome.over === 'memory' || outcome.over === 'gpu-memory');
}

/** Hosts that went down when it was alone there: it goes back to none of them. None for a trial that may not be at fault. */
export function hostsDownUnder(state: LedgerState, trial: Trial): ReadonlySet<HostName> {
  if (!mustRunAlone(state, trial)) return none;
  return new Set(
    crashesOf(state, trial)
      .filter(({ alone }) => alone)
      .map(({ host }) => host),
  );
}

const none: ReadonlySet<HostName> = new Set();

/**
 * The last crash of a host, where others went down with it: for want of power, and under nobody. Null where none did.
 *
 * @param mayBeWith whether another host may have gone down in the same moment
 */
export function lastPowerCut(
  state: LedgerState,
  host: HostName,
  mayBeWith: (other: HostName) => boolean,
): HostCrash | null {
  const crash = state.hosts.get(host)?.crashes.at(-1);
  return crash !== undefined && isPowerCut(state, { host, crash }, mayBeWith) ? crash : null;
}

/**
 * Several hosts that were gone together: neither had started anything after the other's crash was known. Under one
 * trial they go down one after the other, since it is leased to the next host only once the last one has lost it.
 */
function isPowerCut(
  state: LedgerState,
  { host, crash }: Pick<TrialCrash, 'host' | 'crash'>,
  mayBeWith: (other: HostName) => boolean = () => true,
): boolean {
  for (const { name, crashes } of state.hosts.values())
    if (name !== host && mayBeWith(name) && crashes.some((one) => areTogether(one, crash))) return true;
  return false;
}

function areTogether(one: HostCrash, other: HostCrash): boolean {
  const [first, second] = one.at <= other.at ? [one, other] : [other, one];
  return second.at - first.at < togetherMs && second.lastStart < first.at;
}
