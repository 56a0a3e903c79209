/** The promises, checked from outside after every step: on what the disk holds and what ran, not on what a core says. */
import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { LedgerState } from '../../src/ledger/state.ts';
import type { Story } from './story.ts';
import type { VirtualHost } from './virtual-host.ts';

export class Promises {
  /** Attempts whose lease is on the disk, by host; ends that are on the disk. */
  readonly #leased = new Map<string, string>();
  readonly #ended = new Set<string>();
  readonly #succeededTrials = new Map<string, string>();
  readonly #trialOf = new Map<string, string>();
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
    }
    return this.#oneAtATime(hosts);
  }

  #read(event: LedgerEvent): string | null {
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

/** What must hold once the faults have healed and all has come to rest. */
export function finalBreach(ledger: LedgerState, story: Story): string | null {
  for (const trial of ledger.trials.values()) {
    const fails = trial.point.params['fails'] === true;
    const completed = story.completions.get(trial.id) ?? 0;
    if (fails && trial.status.kind !== 'failed')
      return `${trial.id} should have failed and is ${trial.status.kind}`;
    if (fails) continue;
    if (trial.status.kind !== 'succeeded') return `${trial.id} never succeeded: ${trial.status.kind}`;
    const attempt = ledger.attempts.get(trial.status.attempt);
    const end = attempt?.status.kind === 'ended' ? attempt.status.end : null;
    if (end?.final?.['score'] !== trial.point.params['x']) return `P1: ${trial.id} has the result of another`;
    if (completed < 1) return `${trial.id} counts as succeeded and never ran to its end`;
  }
  return null;
}
