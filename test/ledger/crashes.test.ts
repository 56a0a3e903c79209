import { describe, expect, it } from 'vitest';
import { crashesOf, mustRunAlone } from '../../src/ledger/crashes.ts';
import type { Trial } from '../../src/ledger/state.ts';
import { attemptId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { LedgerBuilder } from '../ledger-builder.ts';

const minute = 60_000;
const reboot: Outcome = { kind: 'lost', reason: 'reboot' };

/** Trials of one sweep that are started, and lost with their hosts. */
class Lab {
  readonly ledger = new LedgerBuilder();
  readonly trials: readonly Trial[];

  constructor(count: number) {
    const points = Array.from({ length: count }, (_, x) => ({ params: { x } }));
    this.trials = this.ledger.sweep(this.ledger.declare({ points })).order;
  }

  /** Starts these trials on a host a minute later, where they do not run. */
  start(host: string, ...trials: readonly number[]): void {
    this.ledger.now += minute;
    for (const x of trials) this.ledger.start(this.trial(x).id, host);
  }

  /** What runs on a host is lost. */
  lose(host: string, outcome = reboot): void {
    this.ledger.now += 1;
    for (const { status } of this.trials)
      if (status.kind === 'running' && this.ledger.state.attempts.get(status.attempt)?.host === host)
        this.ledger.endAttempt(status.attempt, { outcome }, host);
  }

  trial(x: number): Trial {
    const trial = this.trials.find(({ point }) => point.params['x'] === x);
    if (trial === undefined) throw new Error(`no trial ${x}`);
    return trial;
  }

  crashes(x: number): readonly string[] {
    return crashesOf(this.ledger.state, this.trial(x)).map(({ host }) => host);
  }

  mustRunAlone(x: number): boolean {
    return mustRunAlone(this.ledger.state, this.trial(x));
  }
}

describe('a trial that is there when hosts go down', () => {
  it('runs alone after two of them, and what was there once does not', () => {
    const lab = new Lab(3);
    lab.start('cedar', 0, 1);
    lab.lose('cedar');
    expect(lab.mustRunAlone(0)).toBe(false);
    lab.start('maple', 0, 2);
    lab.lose('maple');
    expect([0, 1, 2].map((x) => lab.mustRunAlone(x))).toEqual([true, false, false]);
    expect(lab.crashes(0)).toEqual(['cedar', 'maple']);
  });

  it('is never given up for the crashes of others', () => {
    const lab = new Lab(1);
    for (let crash = 0; crash < 20; crash += 1) {
      lab.start(`host${crash % 3}`, 0);
      lab.lose(`host${crash % 3}`);
      lab.ledger.now += 20 * minute;
    }
    expect(lab.trial(0).status.kind).toBe('queued');
  });

  it('counts a host that does not know it any more, whose journal went with the power', () => {
    const lab = new Lab(1);
    for (const host of ['cedar', 'maple']) {
      lab.start(host, 0);
      lab.lose(host, { kind: 'lost', reason: 'unknown-to-host' });
    }
    expect(lab.mustRunAlone(0)).toBe(true);
  });

  it.each([
    { kind: 'lost', reason: 'shutdown' },
    { kind: 'lost', reason: 'silence' },
  ] as const)('is blamed for nothing where it was lost by $reason', (outcome) => {
    const lab = new Lab(1);
    for (const host of ['cedar', 'maple', 'cedar']) {
      lab.start(host, 0);
      lab.lose(host, outcome);
    }
    expect(lab.crashes(0)).toEqual([]);
  });
});

describe('a host that was silent for too long', () => {
  it('went down all the same, if that is what it says when it is back', () => {
    const lab = new Lab(1);
    lab.start('cedar', 0);
    const { status } = lab.trial(0);
    const attempt = status.kind === 'running' ? status.attempt : attemptId('none');
    lab.lose('cedar', { kind: 'lost', reason: 'silence' });
    expect(lab.crashes(0)).toEqual([]);
    lab.ledger.add({ kind: 'returned', at: lab.ledger.now, host: 'cedar', attempts: [attempt] });
    lab.ledger.endAttempt(attempt, { outcome: reboot }, 'cedar');
    expect(lab.crashes(0)).toEqual(['cedar']);
  });
});

describe('a power cut', () => {
  it('blames no trial, however long each host takes to start', () => {
    const lab = new Lab(2);
    for (let cut = 0; cut < 3; cut += 1) {
      lab.start('cedar', 0);
      lab.start('maple', 1);
      lab.lose('cedar');
      lab.ledger.now += 5 * minute;
      lab.lose('maple');
      lab.ledger.now += 60 * minute;
    }
    expect([lab.crashes(0), lab.crashes(1)]).toEqual([[], []]);
    expect(lab.mustRunAlone(0)).toBe(false);
  });

  it('is not what takes host after host with one trial, however fast they start', () => {
    const lab = new Lab(2);
    lab.start('maple', 1);
    lab.start('cedar', 0);
    lab.lose('cedar');
    lab.start('maple', 0);
    lab.lose('maple');
    expect(lab.mustRunAlone(0)).toBe(true);
  });

  it('is not what hosts that go down hours apart have in common', () => {
    const lab = new Lab(2);
    lab.start('cedar', 0);
    lab.start('maple', 1);
    lab.lose('cedar');
    lab.ledger.now += 60 * minute;
    lab.lose('maple');
    expect([lab.crashes(0), lab.crashes(1)]).toEqual([['cedar'], ['maple']]);
  });
});

describe('a trial that was given up for the hosts that went down under it', () => {
  it('says so, and runs alone when a person tries it again', () => {
    const lab = new Lab(1);
    for (const host of ['cedar', 'maple']) {
      lab.start(host, 0);
      lab.lose(host);
    }
    const { id } = lab.trial(0);
    lab.ledger.add({ kind: 'given-up', at: lab.ledger.now, trial: id, because: 'cedar went down' });
    expect(lab.trial(0).status).toMatchObject({ kind: 'failed', because: 'cedar went down' });
    lab.ledger.add({ kind: 'retry-asked', at: lab.ledger.now, trials: [id] });
    expect(lab.trial(0).status.kind).toBe('queued');
    expect(lab.mustRunAlone(0)).toBe(true);
  });
});
