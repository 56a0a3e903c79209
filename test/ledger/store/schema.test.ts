import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openReader } from '../../../src/ledger/store/reader.ts';
import { verifyLedger } from '../../../src/ledger/store/verify.ts';
import { hostsOf, temporaryFolder, trusted, writerOf } from './sample.ts';

/** A ledger as the first version wrote it. */
function ofVersion1(): string {
  const folder = temporaryFolder();
  const writer = writerOf(folder);
  writer.commit([trusted('birch'), trusted('cedar')], []);
  writer.close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec('DROP TABLE head; PRAGMA user_version = 1');
  db.close();
  return folder;
}

function read(folder: string): string[] {
  const opened = openReader(folder);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  return hostsOf(opened.reader.read(0).events);
}

/** As it was before a trial could diverge: the same tables. */
function ofVersion2(): string {
  const folder = temporaryFolder();
  const writer = writerOf(folder);
  writer.commit([trusted('birch'), trusted('cedar')], []);
  writer.close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec('PRAGMA user_version = 2');
  db.close();
  return folder;
}

test.each([
  ['1', ofVersion1],
  ['2', ofVersion2],
])(
  'a ledger of version %s is read as it is, and becomes one of this version when it is written',
  (_, written) => {
    const folder = written();
    expect(read(folder)).toEqual(['birch', 'cedar']);
    expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({ findings: [], events: 2 });
    const writer = writerOf(folder);
    writer.commit([trusted('aspen')], []);
    writer.close();
    expect(read(folder)).toEqual(['birch', 'cedar', 'aspen']);
    expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({ findings: [], events: 3 });
  },
);

test('events that are gone from the end are missed', () => {
  const folder = temporaryFolder();
  const writer = writerOf(folder);
  writer.commit([trusted('birch'), trusted('cedar')], []);
  writer.close();
  const db = new DatabaseSync(join(folder, 'ledger.db'));
  db.exec('DELETE FROM events WHERE seq = 2');
  db.close();
  expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({
    findings: [{ kind: 'missing', seq: 2 }],
    goodEvents: 1,
  });
  expect(() => read(folder)).toThrow(expect.objectContaining({ code: 'LEDGER_DAMAGED', seq: 2 }));
  expect(() => [...writerOf(folder).events()]).toThrow(expect.objectContaining({ seq: 2 }));
});
