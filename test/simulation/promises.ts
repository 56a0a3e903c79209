/** The promises, checked from outside after every step: on what the disk holds and what ran, not on what a core says. */
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { hasResult } from '../../src/ledger/results.ts';
import type { Trial } from '../../src/ledger/state.ts';
import { isResult } from '../../src/model/result/outcome.ts';
import type { Lease } from '../../src/protocol/messages.ts';
import { attemptId, hostName, trialId } from '../../src/model/ids.ts';
import { declarationOf } from '../coordinator/world.ts';
import type { Story } from './story.ts';
import { isSilence } from './ledger-disk.ts';
import { overfullGpu } from './virtual-gpus.ts';
import type { VirtualHost } from './virtual-host.ts';
import type { VirtualLab } from './virtual-lab.ts';

/** What a host runs is known and wanted by then by the coordinator that it talks to, or has been ended. */
const settledAfterMs = 10_000;

/** A slice in which the coordinator was stopped for a moment counts as one, though it ran for less of it. */
const inexactMs = 2_000;
/** Where the inventory says nothing. */
const leastSilenceMs = 60_000;
/** A host that is left out is tried again after that, a little less where slices were counted before. */
const leastPauseMs = 50_000;

/** What the disk holds now; a ledger that was put back holds less. */
class OnDisk {
  readonly leased = new Set<string>();
  readonly ended = new Set<string>();
  readonly failed = new Set<string>();
  /** By trial: attempts that are leased and have not ended, and the one whose result was the first. */
  readonly open = new Map<string, Set<string>>();
  readonly succeeded = new Map<string, string>();
  readonly closed = new Set<string>();
  /** Hosts that are left out, and the time awake at which they were tried again last. */
  readonly quarantined = new Map<string, number>();
  isHeld = false;
}

export class Promises {
  readonly #lab: VirtualLab;
  readonly #story: Story;
  #disk = new OnDisk();
  #restorations = 0;
  #seenEvents = 0;
  #seenStarts = 0;
  #seenStrangers = 0;
  /** In any life of the ledger: whom an attempt was leased to, its trial, and whether it was given back. */
  readonly #leasedTo = new Map<string, string>();
  readonly #trialOf = new Map<string, string>();
  readonly #givenBack = new Set<string>();
  readonly #started = new Set<string>();
  readonly #unwantedSince = new Map<string, number>();
  takenBack = 0;
  presumedLost = 0;
  returned = 0;

  constructor(lab: VirtualLab, story: Story) {
    this.#lab = lab;
    this.#story = story;
  }

  /** Reads what is new, then asserts. @returns the promise that is broken, or null */
  breach(): string | null {
    if (this.#restorations !== this.#lab.restorations) this.#beginAnew();
    const { events } = this.#lab.disk;
    for (; this.#seenEvents < events.length; this.#seenEvents += 1) {
      const broken = this.#read(JSON.parse(events[this.#seenEvents] ?? 'null') as LedgerEvent, true);
      if (broken !== null) return broken;
    }
    return (
      this.#starts() ??
      this.#strangers() ??
      this.#oneAtATime() ??
      this.#unwanted() ??
      overfull(this.#lab.hosts)
    );
  }

  /** What this ledger never heard of runs on, and may run a second time. */
  #beginAnew(): void {
    this.#restorations = this.#lab.restorations;
    this.#disk = new OnDisk();
    const { events } = this.#lab.disk;
    for (const line of events) this.#read(JSON.parse(line) as LedgerEvent, false);
    this.#seenEvents = events.length;
    for (const attempt of this.#leasedTo.keys())
      if (!this.#disk.leased.has(attempt)) this.#story.excuse(attempt);
    // What that life knew of these is gone with it.
    for (const open of this.#disk.open.values()) for (const attempt of open) this.#story.excuse(attempt);
  }

  #read(event: LedgerEvent, isNew: boolean): string | null {
    const disk = this.#disk;
    switch (event.kind) {
      case 'leased':
        return this.#readLeases(event, isNew);
      case 'adopted':
        if (this.#leasedTo.get(event.attempt) !== event.host)
          return `${event.attempt} is adopted from ${event.host}, and was never leased to it`;
        this.#open(event.attempt, event.trial, event.host);
        return null;
      case 'taken-back':
        for (const attempt of event.attempts) {
          this.#givenBack.add(attempt);
          this.#close(attempt);
        }
        if (isNew) this.takenBack += event.attempts.length;
        return null;
      case 'returned':
        for (const attempt of event.attempts)
          this.#open(attempt, this.#trialOf.get(attempt) ?? '', event.host);
        if (isNew) this.returned += event.attempts.length;
        return null;
      case 'ended':
        return this.#readEnd(event, isNew);
      case 'host-closed':
        disk.closed.add(event.host);
        return null;
      case 'host-opened':
        disk.closed.delete(event.host);
        disk.quarantined.delete(event.host);
        return null;
      case 'host-quarantined':
        disk.quarantined.set(event.host, Number.NEGATIVE_INFINITY);
        return null;
      case 'host-trusted':
        disk.quarantined.delete(event.host);
        return null;
      case 'sweep-paused':
      case 'sweep-stopped':
        disk.isHeld = true;
        return null;
      case 'sweep-opened':
        disk.isHeld = false;
        return null;
      default:
        return null;
    }
  }

  #readLeases({ host, leases }: Extract<LedgerEvent, { kind: 'leased' }>, isNew: boolean): string | null {
    const { closed, quarantined, isHeld, succeeded, open } = this.#disk;
    if (isNew && closed.has(host)) return `${host} is closed and is leased to`;
    const since = quarantined.get(host);
    if (isNew && since !== undefined) {
      const pausedMs = this.#lab.laptop.awakeMs - since;
      if (leases.length > 1 || pausedMs < leastPauseMs)
        return `${host} is left out and is leased ${leases.length} after ${pausedMs} ms`;
      quarantined.set(host, this.#lab.laptop.awakeMs);
    }
    if (isNew && isHeld) return `${host} is leased to while the sweep is paused or stopped`;
    for (const { attempt, trial, continues } of leases) {
      if (isNew && continues !== null && !this.#mayGoOn(trial, continues, host))
        return `${attempt} is to go on from ${continues} on ${host}, which has nothing of it`;
      const other = [...(open.get(trial) ?? [])][0];
      if (succeeded.has(trial)) return `P3: ${trial} is leased again after its result`;
      if (other !== undefined) return `P3: ${trial} is leased as ${attempt} while ${other} is open`;
      this.#open(attempt, trial, host);
    }
    return null;
  }

  /** Nobody has looked at what a lost attempt left; and a ledger that was put back knows of what was dropped since. */
  #mayGoOn(trial: string, attempt: string, host: string): boolean {
    const status = this.#lab.state.ledger.attempts.get(attemptId(attempt))?.status;
    const wasSeen = status?.kind === 'ended' && status.end.checkpointBytes !== null;
    const has = this.#lab.hosts.some(({ name, checkpoints }) => name === host && checkpoints.has(trial));
    return has || !wasSeen || this.#restorations > 0;
  }

  #readEnd(event: Extract<LedgerEvent, { kind: 'ended' }>, isNew: boolean): string | null {
    const { outcome, checkpointBytes } = event.end;
    if (outcome.kind === 'evicted') {
      this.#story.evicted += 1;
      if (checkpointBytes === 0 && outcome.over !== 'memory' && outcome.over !== 'gpu-memory')
        return `P4: ${event.attempt} gave way to ${outcome.over}, and has nothing to go on from`;
    }
    const { attempt, end, host } = event;
    const { ended, succeeded } = this.#disk;
    this.#close(attempt);
    if (isSilence(end)) return this.#readSilence(attempt, host, isNew);
    if (ended.has(attempt)) return `P1: ${attempt} is counted twice`;
    ended.add(attempt);
    if (end.outcome.kind === 'failed') this.#disk.failed.add(attempt);
    // What was told to stop may have come to its end that very moment: it is not known whether it stopped early.
    if (end.outcome.kind === 'cancelled') this.#story.excuse(attempt);
    const trial = this.#trialOf.get(attempt);
    if (isResult(end.outcome.kind) && trial !== undefined && !succeeded.has(trial))
      succeeded.set(trial, attempt);
    return null;
  }

  #readSilence(attempt: string, host: string, isNew: boolean): string | null {
    this.#story.excuse(attempt);
    if (!isNew) return null;
    this.presumedLost += 1;
    const silentMs = this.#lab.laptop.silenceOf(hostName(host));
    const leastMs = this.#lab.lostAfterMs ?? leastSilenceMs;
    return silentMs < leastMs - inexactMs
      ? `P3: ${attempt} is given up after ${silentMs} ms of silence`
      : null;
  }

  #open(attempt: string, trial: string, host: string): void {
    this.#leasedTo.set(attempt, host);
    this.#trialOf.set(attempt, trial);
    this.#disk.leased.add(attempt);
    const open = this.#disk.open.get(trial);
    if (open === undefined) this.#disk.open.set(trial, new Set([attempt]));
    else open.add(attempt);
  }

  #close(attempt: string): void {
    this.#disk.open.get(this.#trialOf.get(attempt) ?? '')?.delete(attempt);
  }

  #starts(): string | null {
    const { starts } = this.#story;
    for (; this.#seenStarts < starts.length; this.#seenStarts += 1) {
      const start = starts[this.#seenStarts];
      if (start === undefined) continue;
      const { attempt, host } = start;
      if (this.#started.has(attempt)) return `P3: ${attempt} is started a second time`;
      this.#started.add(attempt);
      if (this.#leasedTo.get(attempt) !== host)
        return `P2: ${attempt} started on ${host} without a lease on the disk`;
      if (this.#givenBack.has(attempt)) return `P3: ${attempt} started on ${host} after it was taken back`;
    }
    return null;
  }

  /** What runs is trained on, whichever life of the ledger began it: who ends it trains it twice. */
  #strangers(): string | null {
    const { strangersEnded } = this.#story;
    for (; this.#seenStrangers < strangersEnded.length; this.#seenStrangers += 1) {
      const stranger = strangersEnded[this.#seenStrangers];
      if (stranger !== undefined && this.#leasedTo.get(stranger.attempt) === stranger.host)
        return `P3: ${stranger.attempt}, leased to ${stranger.host} in another life of the ledger, is ended there and not adopted`;
    }
    return null;
  }

  #oneAtATime(): string | null {
    const seen = new Map<string, string>();
    for (const host of this.#lab.hosts)
      for (const { trial, attempt } of host.running()) {
        const other = seen.get(trial);
        if (other !== undefined && !this.#story.excused.has(other) && !this.#story.excused.has(attempt))
          return `P3: ${trial} runs as ${other} and as ${attempt} at once`;
        seen.set(trial, attempt);
      }
    return null;
  }

  /** What another life of the ledger left running is adopted, or ended; so is what runs for a trial that has its result. */
  #unwanted(): string | null {
    for (const host of this.#lab.hosts)
      for (const lease of host.running()) {
        const why = this.#lab.isConnected(host) ? this.#whyUnwanted(lease) : null;
        if (why === null) {
          this.#unwantedSince.delete(lease.attempt);
          continue;
        }
        // A laptop that sleeps tells nobody anything.
        const now = this.#lab.laptop.awakeMs;
        const since = this.#unwantedSince.get(lease.attempt) ?? now;
        this.#unwantedSince.set(lease.attempt, since);
        if (now - since > settledAfterMs) return `${why}, and ${lease.attempt} runs on on ${host.name}`;
      }
    return null;
  }

  #whyUnwanted({ attempt, trial }: Pick<Lease, 'attempt' | 'trial'>): string | null {
    const { attempts, trials } = this.#lab.state.ledger;
    if (!attempts.has(attemptId(attempt))) return 'P1: the coordinator does not know it';
    const status = trials.get(trialId(trial))?.status;
    return status !== undefined && hasResult(status) && status.attempt !== attempt
      ? `P3: ${trial} has its result`
      : null;
  }

  /** What must hold once the faults have healed and all has come to rest. */
  finalBreach(): string | null {
    for (const trial of this.#lab.state.ledger.trials.values()) {
      const broken = this.#breachOf(trial);
      if (broken !== null) return broken;
    }
    return null;
  }

  #breachOf(trial: Trial): string | null {
    const { status, point, id } = trial;
    if (point.params['fails'] === true) return this.#breachOfFailing(trial);
    if (status.kind === 'failed' && this.#failedOnlyWhereAllDoes(trial)) return this.#breachOfFailing(trial);
    const expected = point.params['diverges'] === true ? 'diverged' : 'succeeded';
    if (!hasResult(status)) return `${id} never succeeded: ${status.kind}`;
    if (status.kind !== expected) return `${id} should have ${expected} and has ${status.kind}`;
    if (this.#disk.succeeded.get(id) !== status.attempt)
      return `P1: ${id} counts ${status.attempt}, which was not the first with a result`;
    const attempt = this.#lab.state.ledger.attempts.get(status.attempt);
    const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
    const score = expected === 'diverged' ? 'NaN' : point.params['x'];
    if (end?.final?.['score'] !== score) return `P1: ${id} has the result of another`;
    const completions = this.#story.completions.get(id) ?? [];
    if (completions.length === 0) return `${id} counts as succeeded and never ran to its end`;
    // What was presumed lost, or belongs to another life of the ledger, may be back first.
    if (this.#story.excused.has(status.attempt)) return null;
    const needless = completions.filter((one) => one !== status.attempt && !this.#story.excused.has(one));
    return needless.length === 0 ? null : `P3: ${id} ran to its end as ${needless[0]} for nothing`;
  }

  /** It is given up after as many failures as its sweep grants it, no fewer. */
  #breachOfFailing({ id, status, attempts }: Trial): string | null {
    if (status.kind !== 'failed') return `${id} should have failed and is ${status.kind}`;
    const failures = attempts.filter((attempt) => this.#disk.failed.has(attempt)).length;
    return failures > declarationOf().retries ? null : `${id} is given up after ${failures} failures`;
  }

  /** A trial that met no host but the broken one while the others were away: a person retries it. */
  #failedOnlyWhereAllDoes({ attempts }: Trial): boolean {
    const broken = new Set(this.#lab.hosts.filter(({ isBroken }) => isBroken).map(({ name }) => name));
    return attempts.every((id) => {
      const attempt = this.#lab.state.ledger.attempts.get(id);
      const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
      return end?.outcome.kind !== 'failed' || (attempt !== undefined && broken.has(attempt.host));
    });
  }
}

/** P4: the peaks of all that runs on a GPU fit into it, whichever agent let them in. */
function overfull(hosts: readonly VirtualHost[]): string | null {
  for (const host of hosts) {
    const gpu = overfullGpu(host.tenants());
    if (gpu !== null) return `P4: ${gpu} of ${host.name} is given more than it has`;
  }
  return null;
}
