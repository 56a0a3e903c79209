/** What each way to end costs, and whom (DESIGN: "What ends an attempt, and what follows"). */
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/ledger/fold.ts';
import { emptyLedger, type LedgerState } from '../../src/ledger/state.ts';
import { hostName, trialId } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { declarationOf, endOf, failure, pointOf } from '../coordinator/world.ts';
import { ledgerEvents } from '../told.ts';

/** One trial that may fail once, and is tried again on the host that each end names. */
function ledgerOf(retries: number, ends: readonly (readonly [Outcome, string])[]): LedgerState {
  const declared = ledgerEvents(
    { kind: 'sweep-declared', at: 0, declaration: declarationOf({ retries }) },
    { kind: 'points-declared', at: 0, sweep: 'lab', points: [pointOf(0)] },
    { kind: 'sweep-opened', at: 0, sweep: 'lab', part: null },
  );
  const events = ends.flatMap(([outcome, host], index) => {
    const attempt = `a-${index}`;
    const lease = { attempt, number: index + 1, trial: 'trial-0', sweep: 'lab' } as const;
    return ledgerEvents(
      {
        kind: 'leased',
        at: 1,
        host,
        leases: [{ ...lease, alone: false, continues: null, anew: null, predicted: null }],
      },
      { kind: 'started', at: 1, host, attempts: [{ attempt, device: 'cpu' }] },
      { kind: 'ended', at: 2, attempt, host, end: endOf(outcome, outcome.kind === 'succeeded' ? 1 : null) },
    );
  });
  return [...declared, ...events].reduce(fold, emptyLedger());
}

const statusOf = (state: LedgerState) => state.trials.get(trialId('trial-0'))?.status.kind;
const chargesOf = (state: LedgerState, host = 'cedar') => state.hosts.get(hostName(host))?.charges;

const oom: Outcome = { kind: 'oom', message: 'the kernel killed it for want of memory' };
const notStarted: Outcome = { kind: 'not-started', reason: 'no-space', message: 'its disk is full' };

describe('an attempt that ends', () => {
  it.each<readonly [string, Outcome]>([
    ['failed', failure()],
    ['over its time', { kind: 'timeout', afterMs: 1 }],
    ['stalled', { kind: 'stalled', afterMs: 1 }],
  ])('%s is charged to the trial, which has no other try then', (_, outcome) => {
    const state = ledgerOf(0, [[outcome, 'cedar']]);
    expect(statusOf(state)).toBe('failed');
    expect(chargesOf(state)).toBe(0);
  });

  it('before it started is charged to its host', () => {
    const state = ledgerOf(0, [
      [notStarted, 'cedar'],
      [notStarted, 'cedar'],
    ]);
    expect(statusOf(state)).toBe('queued');
    expect(chargesOf(state)).toBe(2);
  });

  it('for want of disk space is charged to its host; where that goes on and on, it may be the trial that fills disks', () => {
    const end = [{ kind: 'no-space', message: 'the disk was full' }, 'cedar'] as const;
    const state = ledgerOf(
      0,
      Array.from({ length: 5 }, () => end),
    );
    expect(statusOf(state)).toBe('queued');
    expect(chargesOf(state)).toBe(5);
    expect(
      statusOf(
        ledgerOf(
          0,
          Array.from({ length: 6 }, () => end),
        ),
      ),
    ).toBe('failed');
  });

  it.each<readonly [string, Outcome]>([
    ['for want of memory', oom],
    ['without a trace', { kind: 'vanished' }],
    ['with its host’s power', { kind: 'lost', reason: 'reboot' }],
    ['with an orderly shutdown', { kind: 'lost', reason: 'shutdown' }],
    ['since an owner came back', { kind: 'evicted', over: 'others', message: 'mina is back' }],
  ])('%s is charged to nobody', (_, outcome) => {
    const state = ledgerOf(0, [[outcome, 'cedar']]);
    expect(statusOf(state)).toBe('queued');
    expect(chargesOf(state)).toBe(0);
  });

  it.each<readonly [string, Outcome]>([
    ['for want of memory', oom],
    ['without a trace', { kind: 'vanished' }],
  ])('%s five times may, and a sixth time may not, be chance', (_, outcome) => {
    const ends = (count: number) => Array.from({ length: count }, () => [outcome, 'cedar'] as const);
    expect(statusOf(ledgerOf(0, ends(5)))).toBe('queued');
    expect(statusOf(ledgerOf(0, ends(6)))).toBe('failed');
  });

  it('well on a second host is charged to nobody: one failure is no pattern', () => {
    const state = ledgerOf(1, [
      [failure(), 'cedar'],
      [{ kind: 'succeeded' }, 'maple'],
    ]);
    expect(statusOf(state)).toBe('succeeded');
    expect(chargesOf(state)).toBe(0);
    expect(chargesOf(state, 'maple')).toBe(0);
  });
});
