import { copyFileSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkLedger, type LedgerCheck } from '../../../src/session/ledger/ledger-check.ts';
import { LedgerDamagedError } from '../../../src/ledger/store/errors.ts';
import { openReader } from '../../../src/ledger/store/reader.ts';
import { salvage } from '../../../src/ledger/store/salvage.ts';
import { writeRecovered } from '../../../src/ledger/store/write-recovered.ts';
import { changed, sweepOf30, tellingPositions, type Written } from './damaged.ts';
import { temporaryFolder, writerOf } from './sample.ts';

const written = sweepOf30();
let bytes: Buffer;
let folder: string;

/** One event a commit, as they come. */
function writeLedger(into: string, { events, metrics }: Written): void {
  const writer = writerOf(into);
  for (const event of events) {
    const batch = metrics.filter(({ attempt }) => 'attempt' in event && event.attempt === attempt);
    writer.commit([event], event.kind === 'ended' ? batch : []);
  }
  writer.commit([], metrics);
  writer.close();
}

beforeEach(() => {
  const whole = temporaryFolder();
  writeLedger(whole, written);
  bytes = readFileSync(join(whole, 'ledger.db'));
  folder = temporaryFolder();
});

/** What each command makes of a file: the check, and what a reader takes for right. */
function look(damaged: Buffer): { check: LedgerCheck | string; read: unknown } {
  const path = join(folder, 'ledger.db');
  writeFileSync(path, damaged);
  return { check: outcome(() => checkLedger(path)), read: outcome(readAll) };
}

function readAll(): unknown {
  const opened = openReader(folder);
  if (opened.kind !== 'opened') throw new LedgerDamagedError(folder, null, opened.kind);
  return opened.reader.read(0).events;
}

/** A refusal in words that are ours; anything else that is thrown fails the test. */
function outcome<Result>(act: () => Result): Result | string {
  try {
    return act();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      if (['LEDGER_DAMAGED', 'SESSION'].includes(error.code)) return error.message;
    throw error;
  }
}

/** Nothing that is not as it was written is taken for right, and what is said can be saved is a beginning of it. */
function holds(damaged: Buffer, what: string): LedgerCheck | string {
  const { check, read } = look(damaged);
  if (typeof read !== 'string') expect(read, what).toEqual(written.events);
  const saved = salvage(join(folder, 'ledger.db'));
  expect(saved.events, what).toEqual(written.events.slice(0, saved.events.length));
  for (const { attempt, lines } of saved.metrics) {
    const original = written.metrics.find((batch) => batch.attempt === attempt)?.lines ?? [];
    const isRunning = attempt === written.metrics.at(-1)?.attempt;
    if (!isRunning) expect(lines, what).toEqual(original);
  }
  if (typeof check === 'string') return check;
  if (check.findings.length === 0) expect(typeof read, what).not.toBe('string');
  else expect(check.saved?.events, what).toBe(saved.events.length);
  return check;
}

const flipped = (at: number, by: number): Buffer => {
  const damaged = Buffer.from(bytes);
  damaged.writeUInt8(damaged.readUInt8(at) ^ by, at);
  return damaged;
};

describe('P1 whatever byte is flipped, it is found or nothing that counts has changed', () => {
  test('in the header and at the beginning of every page', () => {
    for (const at of tellingPositions(bytes.length))
      holds(flipped(at, at % 2 === 0 ? 1 : 0x80), `byte ${at} of ${bytes.length}`);
  }, 60_000);

  test('anywhere', () => {
    const anywhere = fc.tuple(
      fc.integer({ min: 0, max: bytes.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
    );
    fc.assert(
      fc.property(anywhere, ([at, by]) => void holds(flipped(at, by), `byte ${at} ^ ${by}`)),
      { numRuns: 150 },
    );
  }, 60_000);

  test('in an event: that event and what follows are lost, and nothing before it', () => {
    for (const word of [
      'ledger-of-a-test',
      'points-declared',
      '"leases":[{"attempt":"n1-20',
      'trace trace',
    ]) {
      const seq = written.events.findIndex((event) => JSON.stringify(event).includes(word)) + 1;
      const check = holds(changed(bytes, word), word);
      expect(check, word).toMatchObject({ goodEvents: seq - 1, saved: { events: seq - 1 } });
      expect(check, word).toMatchObject({ findings: expect.arrayContaining([{ kind: 'changed', seq }]) });
    }
  });

  test('of a page that leads to others: nothing is lost', () => {
    const roots = [4096, 2 * 4096].filter((at) => [0x05, 0x02].includes(bytes.readUInt8(at)));
    expect(roots).toHaveLength(2);
    for (const at of roots) {
      const damaged = Buffer.from(bytes);
      damaged.fill(0, at, at + 64);
      expect(holds(damaged, `page at ${at}`)).toMatchObject({
        findings: expect.arrayContaining([expect.anything()]),
      });
      expect(salvage(join(folder, 'ledger.db')).events).toHaveLength(written.events.length);
    }
  });
});

describe('P1 a file that was cut off', () => {
  test('at any length: what is left of the beginning is saved', () => {
    for (let size = 0; size < bytes.length; size += 1_021) {
      const check = holds(bytes.subarray(0, size), `${size} of ${bytes.length} bytes`);
      if (typeof check !== 'string') expect(check.findings, `${size} bytes`).not.toEqual([]);
    }
  }, 60_000);
});

describe('what was recovered', () => {
  test('is a sound ledger with the same events, hashes and lines, and says that it was recovered', () => {
    const path = join(folder, 'ledger.db');
    writeFileSync(path, changed(bytes, '"leases":[{"attempt":"n1-20'));
    const before = readFileSync(path);
    const saved = salvage(path);
    const recovered = join(temporaryFolder(), 'ledger.db');
    writeFileSync(recovered, '');
    writeRecovered(saved, recovered, 77);
    expect(checkLedger(recovered)).toMatchObject({ findings: [], events: saved.events.length + 1 });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(dirname(recovered))).toEqual(['ledger.db']);
    const opened = openReader(dirname(recovered));
    if (opened.kind !== 'opened') throw new Error(opened.kind);
    const { events } = opened.reader.read(0);
    expect(events).toEqual([...saved.events, { kind: 'recovered', at: 77, lostMetrics: [] }]);
    for (const { attempt, lines } of saved.metrics) expect(opened.reader.metrics(attempt)).toEqual(lines);
  });

  test('counts a result whose metrics lines are damaged, without its lines', () => {
    const path = join(folder, 'ledger.db');
    writeFileSync(path, changed(bytes, 'epoch 7 of 3'));
    const saved = salvage(path);
    expect(saved.events).toHaveLength(written.events.length);
    expect(saved.lostMetrics).toHaveLength(1);
    const recovered = join(temporaryFolder(), 'ledger.db');
    writeFileSync(recovered, '');
    writeRecovered(saved, recovered, 77);
    expect(checkLedger(recovered).findings).toEqual([]);
    const again = salvage(recovered);
    expect(again.lostMetrics).toEqual([]);
    expect(again.metrics).toHaveLength(saved.metrics.length);
  });

  test('has what lies in a WAL that was never brought into the file', () => {
    const live = temporaryFolder();
    const writer = writerOf(live);
    writer.commit(written.events, written.metrics);
    const copy = join(folder, 'copied');
    mkdirSync(copy);
    for (const name of ['ledger.db', 'ledger.db-wal']) copyFileSync(join(live, name), join(copy, name));
    truncateSync(join(copy, 'ledger.db'), 0);
    expect(salvage(join(copy, 'ledger.db')).events).toEqual(written.events);
  });
});
