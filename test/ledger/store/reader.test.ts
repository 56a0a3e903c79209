import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LedgerReader, openReader } from '../../../src/ledger/store/reader.ts';
import { attemptId } from '../../../src/model/ids.ts';
import { hostsOf, line, temporaryFolder, trusted, writerOf } from './sample.ts';

function readerOf(folder: string): LedgerReader {
  const opened = openReader(folder);
  if (opened.kind !== 'opened') throw new Error(opened.kind);
  return opened.reader;
}

describe('a reader leaves no trace', () => {
  test('a folder without a ledger, or no folder, stays as it is', () => {
    const folder = temporaryFolder();
    expect(openReader(folder)).toEqual({ kind: 'none' });
    expect(openReader(join(folder, 'nowhere'))).toEqual({ kind: 'none' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a ledger that nobody writes gets no file beside it', () => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    writer.commit([trusted('a')], []);
    writer.close();
    const before = readFileSync(join(folder, 'ledger.db'));
    expect(hostsOf(readerOf(folder).read(0).events)).toEqual(['a']);
    expect(readdirSync(folder)).toEqual(['ledger.db']);
    expect(readFileSync(join(folder, 'ledger.db'))).toEqual(before);
  });
});

describe('a reader beside a writer', () => {
  test('sees each commit at once and reads on from where it was', () => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    writer.commit([trusted('a')], []);
    const reader = readerOf(folder);
    let { seq } = reader.read(0);
    expect(seq).toBe(1);
    for (const host of ['b', 'c', 'd']) {
      writer.commit([trusted(host), trusted(`${host}2`)], []);
      const next = reader.read(seq);
      expect(hostsOf(next.events)).toEqual([host, `${host}2`]);
      seq = next.seq;
    }
    expect(reader.read(seq)).toEqual({ events: [], seq: 7 });
  });

  test('reads on when the writer leaves and another comes', () => {
    const folder = temporaryFolder();
    const first = writerOf(folder);
    first.commit([trusted('a')], []);
    const reader = readerOf(folder);
    first.close();
    expect(reader.read(0).seq).toBe(1);
    const second = writerOf(folder);
    second.commit([trusted('b')], []);
    expect(hostsOf(reader.read(1).events)).toEqual(['b']);
  });

  test('says so when a ledger was put back to an older copy', () => {
    const folder = temporaryFolder();
    writerOf(folder).commit([trusted('a')], []);
    expect(() => readerOf(folder).read(5)).toThrow(
      expect.objectContaining({ code: 'LEDGER_DAMAGED', seq: 5 }),
    );
  });

  test('an attempt has its metrics lines in order, and none where it has none', () => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    const attempt = attemptId('n-1');
    const lines = Array.from({ length: 12 }, (_, step) => line(step));
    writer.commit([], [{ attempt, from: 0, lines: lines.slice(0, 5) }]);
    writer.commit([], [{ attempt, from: 5, lines: lines.slice(5) }]);
    expect(readerOf(folder).metrics(attempt)).toEqual(lines);
    expect(readerOf(folder).metrics(attemptId('n-2'))).toEqual([]);
  });
});

test('a file that a writer has only begun to make is no ledger yet', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'ledger.db'), '');
  expect(openReader(folder)).toEqual({ kind: 'none' });
});
