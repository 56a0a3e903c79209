import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JournalRecord } from '../../../src/worker/core/journal-record.ts';
import { preventStart, readExitRecord } from '../../../src/worker/spool/exit-record.ts';
import { openHostFolder, runFolder } from '../../../src/worker/spool/host-folder.ts';
import { Journal } from '../../../src/worker/spool/journal.ts';
import { readJournal } from '../../../src/worker/spool/read-journal.ts';
import { cutLog, longestLogBytes, tailOf, withOpened } from '../../../src/worker/spool/log-file.ts';
import { TextTail } from '../../../src/worker/spool/text-tail.ts';
import { printedIn } from '../../../src/worker/supervisor/printed-result.ts';
import { wrapper } from '../../../src/worker/supervisor/wrapper.ts';
import { ledgerId } from '../../../src/model/ids.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-spool-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const term = (number: number): JournalRecord => ({
  kind: 'term',
  ledger: ledgerId('ledger'),
  term: number,
  owner: 'mina',
});

describe('a journal', () => {
  it('gives back what was appended to it', () => {
    const path = join(folder, 'journal');
    const journal = Journal.rewrite(path, [term(1)]);
    journal.append([term(2), term(3)]);
    journal.append([term(4)]);
    expect(readJournal(path)).toEqual({ records: [1, 2, 3, 4].map(term), torn: 0 });
    expect(journal.size).toBe(statSync(path).size);
    journal.close();
  });

  it('that is not there yet is empty', () => {
    expect(readJournal(join(folder, 'none'))).toEqual({ records: [], torn: 0 });
  });

  it('cut off at any byte loses its last records and no others', () => {
    const path = join(folder, 'journal');
    Journal.rewrite(path, [term(1), term(2)]).close();
    const { size } = statSync(path);
    for (let length = size; length >= 0; length -= 1) {
      truncateSync(path, length);
      const { records } = readJournal(path);
      expect(records).toEqual([term(1), term(2)].slice(0, records.length));
      if (length >= size - 1) expect(records).toHaveLength(2);
    }
  });

  it('does not take zeros and half lines in its middle for records', () => {
    const path = join(folder, 'journal');
    Journal.rewrite(path, [term(1)]).close();
    appendFileSync(
      path,
      `${'\0'.repeat(100)}\n{"kind":"term","ledger"\n{"kind":"later"}\n${JSON.stringify(term(2))}\n`,
    );
    expect(readJournal(path)).toEqual({ records: [term(1), term(2)], torn: 3 });
  });
});

describe('an exit record', () => {
  it('is read once the wrapper has written it, and not before', () => {
    const run = runFolder(openHostFolder(folder, 'cedar'), 'a-1');
    expect(readExitRecord(run)).toBeNull();
    const at = (text: string) => {
      const file = { ...run, exit: join(folder, 'exit') };
      writeFileSync(file.exit, text);
      return readExitRecord(file);
    };
    expect(at('    \n')).toBeNull();
    expect(at('0\n  \n')).toBe(0);
    expect(at('137\n\n')).toBe(137);
    expect(at('1')).toBeNull();
  });

  it('is the right to start: the wrapper or an agent has it, whoever is first', () => {
    const host = openHostFolder(folder, 'cedar');
    const begin = (attempt: string) => {
      const run = runFolder(host, attempt);
      mkdirSync(run.root);
      const program = ['touch', join(run.root, 'has-run')];
      const wrap = () => spawnSync('/bin/sh', ['-c', wrapper, 'labsweep', run.exit, '022', ...program]);
      return { run, wrap, hasRun: () => existsSync(join(run.root, 'has-run')) };
    };
    const started = begin('a-1');
    started.wrap();
    expect(started.hasRun()).toBe(true);
    expect(preventStart(started.run)).toBe(false);
    expect(readExitRecord(started.run)).toBe(0);

    const prevented = begin('a-2');
    expect(preventStart(prevented.run)).toBe(true);
    expect(prevented.wrap().stderr.toString()).toBe('');
    expect(prevented.hasRun()).toBe(false);
    expect(readExitRecord(prevented.run)).toBeNull();

    expect(preventStart(runFolder(host, 'never-prepared'))).toBe(true);
  });
});

describe('a log', () => {
  it('that is too long loses its middle, once and again, and says how much', () => {
    const path = join(folder, 'log');
    const block = 8 * 1024 * 1024;
    const write = (letter: string, blocks: number): void => {
      for (let count = 0; count < blocks; count += 1) appendFileSync(path, letter.repeat(block));
    };
    write('a', 8);
    expect(cutLog(path)).toBe(longestLogBytes);
    write('b', 4);
    cutLog(path);
    const leftOut = () =>
      Number(/\[labsweep left out (\d+) bytes of this log\]/.exec(readFileSync(path, 'latin1'))?.[1]);
    const markBytes = '\n[labsweep left out 0000000000000000 bytes of this log]\n'.length;
    const total = () => leftOut() + statSync(path).size - markBytes;
    expect(total()).toBe(12 * block);
    write('c', 4);
    cutLog(path);
    expect(total()).toBe(16 * block);
    expect(statSync(path).size).toBeLessThan(longestLogBytes);
    const text = readFileSync(path, 'latin1');
    expect([text[0], text.at(-1)]).toEqual(['a', 'c']);
  });

  it('whose middle was cut out has no result before that: a later one may have stood there', () => {
    const objective = { metric: 'score', goal: 'maximize', at: 'final', selectOnTest: false } as const;
    const path = join(folder, 'log');
    const lines = (letter: string): string => `${letter.repeat(1_023)}\n`.repeat(40 * 1024);
    writeFileSync(path, `{"score": 0.1}\n${lines('a')}{"score": 0.5}\n${lines('b')}`);
    expect(withOpened(path, (log) => printedIn(log, objective))).toEqual([{ score: 0.1 }, { score: 0.5 }]);
    cutLog(path);
    expect(withOpened(path, (log) => printedIn(log, objective))).toEqual([]);
    appendFileSync(path, '{"score": 0.9}\n');
    expect(withOpened(path, (log) => printedIn(log, objective))).toEqual([{ score: 0.9 }]);
  });

  it('is read from its end', () => {
    const path = join(folder, 'log');
    writeFileSync(path, 'one\ntwo\nthree\n');
    expect(withOpened(path, (file) => tailOf(file, 9))).toBe('wo\nthree\n');
    expect(withOpened(path, (file) => tailOf(file, 99))).toBe('one\ntwo\nthree\n');
  });
});

const textsOf = (tail: TextTail, complete: boolean): string[] => tail.read(complete).map(({ text }) => text);

describe('a tail', () => {
  it('gives each line once, when it is whole', () => {
    const path = join(folder, 'report');
    const tail = new TextTail(path, 0);
    expect(textsOf(tail, false)).toEqual([]);
    appendFileSync(path, 'one\ntw');
    expect(textsOf(tail, false)).toEqual(['one']);
    appendFileSync(path, 'o\r\nthree\rfour\nfive');
    expect(textsOf(tail, false)).toEqual(['two', 'three', 'four']);
    expect(textsOf(tail, true)).toEqual(['five']);
    expect(tail.offset).toBe(statSync(path).size);
  });

  it('goes on where another has stopped', () => {
    const path = join(folder, 'report');
    writeFileSync(path, 'one\ntwo\n');
    expect(textsOf(new TextTail(path, 4), false)).toEqual(['two']);
  });

  it('reads a file that was begun anew from its start', () => {
    const path = join(folder, 'history.csv');
    writeFileSync(path, 'a,b\n1,2\n3,4\n');
    const tail = new TextTail(path, 0);
    tail.read(false);
    closeSync(openSync(path, 'w'));
    expect(textsOf(tail, false)).toEqual([]);
    appendFileSync(path, 'c,d\n');
    expect(textsOf(tail, false)).toEqual(['c,d']);
  });

  it('reads one that was begun anew and is as long, or longer', () => {
    const path = join(folder, 'report');
    const tail = new TextTail(path, 0);
    for (const text of ['one 1\n', 'one 2\n', 'three 3\n']) {
      writeFileSync(path, text);
      expect(textsOf(tail, true)).toEqual([text.trim()]);
    }
    appendFileSync(path, 'four\n');
    expect(textsOf(tail, true)).toEqual(['four']);
  });

  it('reads long lines whole, and stops at one of over 16 MiB, which may have been the result', () => {
    const path = join(folder, 'report');
    writeFileSync(path, `${'x'.repeat(6_000_000)}\nshort\n`);
    const tail = new TextTail(path, 0);
    expect(textsOf(tail, false).map(({ length }) => length)).toEqual([6_000_000, 5]);
    appendFileSync(path, `${'y'.repeat(17 * 1024 ** 2)}\nafter\n`);
    expect(textsOf(tail, false)).toEqual([]);
    expect([tail.isStuck, tail.isFarBehind, tail.offset]).toEqual([true, false, 6_000_007]);
  });

  it('knows where each line begins, and reads a bar that no line feed ends', () => {
    const path = join(folder, 'log');
    writeFileSync(path, 'ä\n10%\r20%\r');
    const tail = new TextTail(path, 0);
    expect(tail.read(false)).toEqual([
      { text: 'ä', at: 0 },
      { text: '10%', at: 3 },
      { text: '20%', at: 3 },
    ]);
    expect(tail.offset).toBe(11);
  });
});
