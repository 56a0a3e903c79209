/** The promises, checked from outside after every step: on what the disk holds and what ran, not on what a core says. */
import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { LedgerState, Trial } from '../../src/ledger/state.ts';
import type { Story } from './story.ts';
import { overfullGpu } from './virtual-gpus.ts';
import type { VirtualHost } from './virtual-host.ts';

export class Promises {
  /** Attempts whose lease is on the disk, by host; ends that are on the disk. */
  readonly #leased = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #succeededTrials = new Map<string, string>();
  readonly #trialOf = new Map<string, string>();
  /** What is on the disk of take-backs, of hosts that are closed or quarantined, and of a pause. */
  readonly #takenBack = new Set<string>();
  readonly #closed = new Set<string>();
  readonly #quarantined = new Set<string>();
  #isPaused = false;
  takeBacks = 0;
  #seenEvents = 0;
  #seenStarts = 0;

  /** Reads what is new, then asserts. @returns the promise that is broken, or null */
  check(disk: readonly string[], story: Story, hosts: readonly VirtualHost[]): string | null {
    for (; this.#seenEvents < disk.length; this.#seenEvents += 1) {
      const broken = this.#read(JSON.parse(disk[this.#seenEvents] ?? 'null') as LedgerEvent);
      if (broken !== null) return broken;
    }
    for (; this.#seenStarts < story.starts.length; this.#seenStarts += 1) {
      const start = story.starts[this.#seenStarts];
      if (start !== undefined && this.#leased.get(start.attempt) !== start.host)
        return `P2: ${start.attempt} started on ${start.host} without a lease on the disk`;
      if (start !== undefined && this.#takenBack.has(start.attempt))
        return `P3: ${start.attempt} started on ${start.host} after it was taken back`;
    }
    return this.#oneAtATime(hosts) ?? overfull(hosts) ?? inCompany(hosts);
  }

  #read(event: LedgerEvent): string | null {
    const refused = this.#readWords(event);
    if (refused !== null) return refused;
    if (event.kind === 'leased')
      for (const { attempt, trial } of event.leases) {
        if (this.#succeededTrials.has(trial)) return `P3: ${trial} is leased again after it succeeded`;
        this.#leased.set(attempt, event.host);
        this.#trialOf.set(attempt, trial);
      }
    if (event.kind !== 'ended') return null;
    if (this.#ended.has(event.attempt)) return `P1: ${event.attempt} is counted twice`;
    this.#ended.add(event.attempt);
    const trial = this.#trialOf.get(event.attempt);
    if (event.end.outcome.kind === 'succeeded' && trial !== undefined && !this.#succeededTrials.has(trial))
      this.#succeededTrials.set(trial, event.attempt);
    return null;
  }

  /** What people said of hosts and sweeps, and what hosts gave back. */
  #readWords(event: LedgerEvent): string | null {
    switch (event.kind) {
      case 'host-closed':
        this.#closed.add(event.host);
        return null;
      case 'host-opened':
        this.#closed.delete(event.host);
        this.#quarantined.delete(event.host);
        return null;
      case 'host-quarantined':
        this.#quarantined.add(event.host);
        return null;
      case 'host-trusted':
        this.#quarantined.delete(event.host);
        return null;
      case 'sweep-paused':
        this.#isPaused = true;
        return null;
      case 'sweep-opened':
        this.#isPaused = false;
        return null;
      case 'taken-back':
        for (const attempt of event.attempts) this.#takenBack.add(attempt);
        this.takeBacks += event.attempts.length;
        return null;
      case 'leased':
        if (this.#closed.has(event.host) || this.#quarantined.has(event.host))
          return `${event.host} is closed and is leased to`;
        return this.#isPaused ? `${event.host} is leased to while the sweep is paused` : null;
      default:
        return null;
    }
  }

  #oneAtATime(hosts: readonly VirtualHost[]): string | null {
    const seen = new Map<string, string>();
    for (const host of hosts)
      for (const { trial, attempt } of host.running()) {
        const other = seen.get(trial);
        if (other !== undefined) return `P3: ${trial} runs as ${other} and as ${attempt} at once`;
        seen.set(trial, attempt);
      }
    return null;
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

/** What runs alone since hosts went down under it has nothing beside it. */
function inCompany(hosts: readonly VirtualHost[]): string | null {
  for (const host of hosts) {
    const running = host.running();
    const alone = running.find((lease) => lease.alone);
    if (alone !== undefined && running.length > 1)
      return `${alone.attempt} does not run alone on ${host.name}`;
  }
  return null;
}

/** What must hold once the faults have healed and all has come to rest. */
export function finalBreach(ledger: LedgerState, story: Story, hosts: readonly VirtualHost[]): string | null {
  const broken = new Set(hosts.filter(({ isBroken }) => isBroken).map(({ name }) => name));
  for (const trial of ledger.trials.values()) {
    const fails = trial.point.params['fails'] === true;
    const completed = story.completions.get(trial.id) ?? 0;
    if (fails && trial.status.kind !== 'failed')
      return `${trial.id} should have failed and is ${trial.status.kind}`;
    if (fails || (trial.status.kind === 'failed' && failedOnlyOn(ledger, trial, broken))) continue;
    if (trial.status.kind === 'failed' && wentDownAlone(story, trial) >= Math.min(2, hosts.length)) continue;
    if (trial.status.kind !== 'succeeded') return `${trial.id} never succeeded: ${trial.status.kind}`;
    const attempt = ledger.attempts.get(trial.status.attempt);
    const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
    if (end?.final?.['score'] !== trial.point.params['x']) return `P1: ${trial.id} has the result of another`;
    if (completed < 1) return `${trial.id} counts as succeeded and never ran to its end`;
  }
  return null;
}

/** Hosts that lost their power while a trial ran there and nothing else did: it is given up for that. */
const wentDownAlone = ({ powerLosses }: Story, { id }: Trial): number =>
  new Set(
    powerLosses
      .filter(({ running }) => running.every(({ trial }) => trial === id) && running.length > 0)
      .map(({ host }) => host),
  ).size;

/** A trial that met no host but the broken one while the others were away: a person retries it. */
const failedOnlyOn = (ledger: LedgerState, trial: Trial, broken: ReadonlySet<string>): boolean =>
  trial.attempts.every((id) => {
    const attempt = ledger.attempts.get(id);
    const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
    return end?.outcome.kind !== 'failed' || (attempt !== undefined && broken.has(attempt.host));
  });
