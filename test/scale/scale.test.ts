import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFinishedLedger } from '../../bench/scale/finished-ledger.ts';
import { trialCount } from '../../bench/scale/large-sweep.ts';
import { QueuedLab } from '../../bench/scale/queued-lab.ts';
import { fold } from '../../src/ledger/fold.ts';
import { emptyLedger } from '../../src/ledger/state.ts';
import { openReader } from '../../src/ledger/store/reader.ts';
import { sweepName } from '../../src/model/ids.ts';

/** Bounds are twice what is promised (docs/benchmarks.md): tests share their machine. */
describe('100,000 trials', () => {
  it('are planned for 14 hosts in 40 ms, however many wait', () => {
    const { ms, leased } = new QueuedLab(trialCount, 14).plan();
    expect(leased).toBeGreaterThan(14 * 64);
    expect(ms).toBeLessThan(40);
  });

  it('that have finished are folded from their file in 6 s', () => {
    const folder = mkdtempSync(join(tmpdir(), 'labsweep-scale-'));
    try {
      writeFinishedLedger(folder, trialCount);
      const began = performance.now();
      const opened = openReader(folder);
      if (opened.kind !== 'opened') throw new Error('the ledger was written');
      const ledger = opened.reader.read(0).events.reduce(fold, emptyLedger());
      expect(performance.now() - began).toBeLessThan(6_000);
      expect(ledger.sweeps.get(sweepName('large'))?.counts.succeeded).toBe(trialCount);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);
});
