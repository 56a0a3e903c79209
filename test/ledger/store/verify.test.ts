import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { verifyLedger } from '../../../src/ledger/store/verify.ts';
import { attemptId } from '../../../src/model/ids.ts';
import { ended, hostsOf, line, temporaryFolder, trusted, writerOf } from './sample.ts';

/** A ledger of 5 hosts and 1 attempt with 3 metrics lines, closed. */
function ledger(): string {
  const folder = temporaryFolder();
  const writer = writerOf(folder);
  writer.commit(
    ['a', 'b', 'c', 'd', 'e'].map((host) => trusted(`host-${host}`)),
    [],
  );
  const lines = [line(1), line(2), line(3)];
  writer.commit([ended('n-1', lines)], [{ attempt: attemptId('n-1'), from: 0, lines }]);
  writer.close();
  return folder;
}

function tamper(folder: string, sql: string): void {
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec(sql);
  db.close();
}

test('a sound ledger has no findings', () => {
  expect(verifyLedger(join(ledger(), 'ledger.db'))).toEqual({
    kind: 'verified',
    findings: [],
    events: 6,
    goodEvents: 6,
  });
});

test('a folder without a ledger has none to verify', () => {
  expect(verifyLedger(join(temporaryFolder(), 'ledger.db'))).toEqual({ kind: 'none' });
});

describe('damage is found where it is', () => {
  test('a flipped byte of an event: that event, and how many before it are good', () => {
    const folder = ledger();
    const path = join(folder, 'ledger.db');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('host-c');
    bytes.writeUInt8(bytes.readUInt8(at + 5) ^ 1, at + 5);
    writeFileSync(path, bytes);
    expect(verifyLedger(join(folder, 'ledger.db'))).toEqual({
      kind: 'verified',
      findings: [{ kind: 'changed', seq: 3 }],
      events: 6,
      goodEvents: 2,
    });
    const writer = writerOf(folder);
    expect(() => hostsOf(writer.events())).toThrow(
      expect.objectContaining({ code: 'LEDGER_DAMAGED', seq: 3 }),
    );
    expect(() => hostsOf(writer.events())).toThrow(/event 3 .*the 2 before it are good/);
  });

  test('an event that was taken out', () => {
    const folder = ledger();
    tamper(folder, 'DELETE FROM events WHERE seq = 2');
    expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({
      findings: [{ kind: 'missing', seq: 2 }],
      goodEvents: 1,
    });
    expect(() => hostsOf(writerOf(folder).events())).toThrow(expect.objectContaining({ seq: 2 }));
  });

  test('an event that no schema knows', () => {
    const folder = ledger();
    tamper(folder, `UPDATE events SET payload = '{"kind":"wish"}' WHERE seq = 6`);
    expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({
      findings: [
        { kind: 'changed', seq: 6 },
        { kind: 'not-an-event', seq: 6 },
      ],
      goodEvents: 5,
    });
  });

  test('metrics lines that are not the ones that the attempt ended with', () => {
    const changed = ledger();
    tamper(changed, `UPDATE metrics SET payload = '{"step":3,"val_accuracy":0.99}' WHERE line = 2`);
    const differ = { kind: 'metrics-differ', seq: 6, attempt: 'n-1', expectedLines: 3 };
    expect(verifyLedger(join(changed, 'ledger.db'))).toMatchObject({
      findings: [{ ...differ, foundLines: 3 }],
      goodEvents: 6,
    });
    const missing = ledger();
    tamper(missing, 'DELETE FROM metrics WHERE line = 0');
    expect(verifyLedger(join(missing, 'ledger.db'))).toMatchObject({
      findings: [{ ...differ, foundLines: 2 }],
    });
  });

  test('a file that was cut off', () => {
    const folder = ledger();
    truncateSync(join(folder, 'ledger.db'), 10_000);
    const verified = verifyLedger(join(folder, 'ledger.db'));
    expect(verified).toMatchObject({ kind: 'verified', findings: [{ kind: 'file-damaged' }] });
  });
});
