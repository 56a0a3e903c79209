/** Ledgers to try things on, and what is written in them. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LedgerEvent } from '../../../src/ledger/events.ts';
import { openWriter, type WriterOptions } from '../../../src/ledger/store/open-writer.ts';
import type { LedgerWriter } from '../../../src/ledger/store/writer.ts';
import { attemptId, hostName } from '../../../src/model/ids.ts';
import type { MetricsLine } from '../../../src/model/result/metrics.ts';

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A writer that is closed when the test is over. */
export function writerOf(folder: string, options: Partial<WriterOptions> = {}): LedgerWriter {
  const opened = openWriter(folder, { breakLock: false, ...options });
  if (opened.kind !== 'opened') throw new Error(`the ledger is not opened: ${JSON.stringify(opened)}`);
  onTestFinished(() => opened.writer.close());
  return opened.writer;
}

export const trusted = (host: string): LedgerEvent => ({
  kind: 'host-trusted',
  at: 1_750_000_000_000,
  host: hostName(host),
});

export const hostsOf = (events: Iterable<LedgerEvent>): string[] =>
  [...events].map((event) => ('host' in event ? event.host : event.kind));

export const line = (step: number): MetricsLine => ({
  step,
  val_accuracy: step / 100,
  val_loss: 1 - step / 100,
});

/** The end of a successful attempt as a host tells it, vouching for `lines`. */
export function ended(attempt: string, lines: readonly MetricsLine[]): LedgerEvent {
  const text = lines.map((each) => `${JSON.stringify(each)}\n`).join('');
  return {
    kind: 'ended',
    at: 1_750_000_000_000,
    attempt: attemptId(attempt),
    host: hostName('cedar'),
    end: {
      outcome: { kind: 'succeeded' },
      best: lines.at(-1) ?? null,
      final: { final: true, step: 50, val_accuracy: 0.91, val_loss: 0.24, test_accuracy: 0.899 },
      metricsCount: lines.length,
      metricsHash: createHash('sha256').update(text).digest('hex'),
      seconds: 123.456,
      cpuSeconds: 120.1,
      peakMemoryBytes: 123_456_789,
      peakGpuMemoryBytes: null,
      gpuBusy: null,
      soloSeconds: null,
      killed: false,
      shortage: null,
      disk: null,
      gpuName: null,
      device: 'cpu',
      unlisted: null,
      metricsRead: null,
      artifacts: [
        { path: 'model.json', sizeBytes: 12_345, sha256: 'cd'.repeat(32), comesBack: true },
        { path: 'weights.bin', sizeBytes: 1_234_567, sha256: 'ef'.repeat(32), comesBack: true },
      ],
      checkpointBytes: null,
      logTail: '',
    },
  };
}
