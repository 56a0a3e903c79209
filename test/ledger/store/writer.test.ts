import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/ledger/events.ts';
import { kindOfFileSystem } from '../../../src/ledger/store/file-system.ts';
import { openWriter } from '../../../src/ledger/store/open-writer.ts';
import { openReader } from '../../../src/ledger/store/reader.ts';
import { attemptId } from '../../../src/model/ids.ts';
import { ended, hostsOf, line, temporaryFolder, trusted, writerOf } from './sample.ts';

describe('a ledger is private', () => {
  test('folder and files belong to the user alone', () => {
    const folder = join(temporaryFolder(), 'deep', '.labsweep');
    const writer = writerOf(folder);
    writer.commit([trusted('cedar')], []);
    const files = readdirSync(folder);
    expect(files).toContain('ledger.db-wal');
    for (const file of files) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });
});

describe('P1 a ledger that another program writes into by way of SQLite', () => {
  test.each([
    'DELETE FROM events WHERE seq = 1',
    'DELETE FROM events WHERE seq > 1',
    `UPDATE events SET payload = '{}' WHERE seq = 1`,
    'UPDATE head SET seq = 1',
    'DROP TABLE metrics',
  ])('%s: nothing more is committed, and a whole copy is kept', (sql) => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    writer.commit([trusted('a'), trusted('b')], []);
    expect([...writer.events()]).toHaveLength(2);
    const other = new DatabaseSync(writer.path);
    other.exec(sql);
    other.close();
    expect(() => writer.commit([trusted('c')], [])).toThrow(
      expect.objectContaining({ code: 'LEDGER_REPLACED', rescued: expect.objectContaining({ events: 2 }) }),
    );
  });
});

describe('P1 a state folder that is closed to its user', () => {
  test.runIf(process.getuid?.() === 0)('ends the writer, who says how to open it again', () => {
    const folder = temporaryFolder();
    const nobody = 65_534;
    chownSync(folder, nobody, nobody);
    const script = `
      import { chmodSync } from 'node:fs';
      const { openWriter } = await import(${JSON.stringify(join(import.meta.dirname, '../../../src/ledger/store/open-writer.ts'))});
      process.setgid(${nobody});
      process.setuid(${nobody});
      const { writer } = openWriter('${folder}/state', { breakLock: false });
      writer.commit([{ kind: 'host-trusted', at: 1, host: 'a' }], []);
      chmodSync('${folder}/state', 0);
      try { writer.commit([{ kind: 'host-trusted', at: 1, host: 'b' }], []); } catch (error) { console.log(error.message); }
      chmodSync('${folder}/state', 0o700);`;
    const said = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: { HOME: folder },
    });
    expect(said.stdout).toMatch(/^The folder of \S+ledger\.db was closed to this user/);
    expect(said.stdout).toContain(`\`labsweep resume --state ${folder}/state\` goes on`);
    expect(hostsOf(writerOf(join(folder, 'state')).events())).toEqual(['a']);
  });
});

describe('commit', () => {
  test('what is committed is read back in order by the next writer', () => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    writer.commit([trusted('a'), trusted('b')], []);
    writer.commit([trusted('c')], []);
    writer.close();
    expect(hostsOf(writerOf(folder).events())).toEqual(['a', 'b', 'c']);
  });

  test('a metrics line that comes twice is kept once, as it was first', () => {
    const writer = writerOf(temporaryFolder());
    const attempt = attemptId('n-1');
    writer.commit([], [{ attempt, from: 0, lines: [line(1), line(2)] }]);
    writer.commit([], [{ attempt, from: 1, lines: [{ step: 99 }, line(3)] }]);
    writer.commit([], [{ attempt: attemptId('n-2'), from: 0, lines: [line(1)] }]);
    expect(writer.committedLines()).toEqual(
      new Map([
        ['n-1', 3],
        ['n-2', 1],
      ]),
    );
  });

  test('a fact with a number that is not finite is refused, and with it the whole commit', () => {
    const writer = writerOf(temporaryFolder());
    const bad = ended('n-1', [{ step: Number.NaN }]);
    expect(() => writer.commit([trusted('a'), bad], [])).toThrow(
      expect.objectContaining({ code: 'LEDGER_EVENT' }),
    );
    writer.commit([trusted('b')], []);
    expect(hostsOf(writer.events())).toEqual(['b']);
  });

  test('events of an older labsweep are read with the fields that they lack', () => {
    const folder = temporaryFolder();
    const writer = writerOf(folder);
    const written = [
      '{"kind":"term-started","at":1,"term":1,"nonce":"8662acf5feff","machine":"cedar"}',
      '{"kind":"sweep-opened","at":2,"sweep":"toy"}',
    ];
    writer.commit(
      written.map((payload): LedgerEvent => JSON.parse(payload)),
      [],
    );
    const whole = [{ secret: null }, { part: null }];
    expect([...writer.events()]).toMatchObject(whole);
    const reader = openReader(folder);
    expect(reader.kind === 'opened' && reader.reader.read(0).events).toMatchObject(whole);
  });

  test('a writer that stops reading early can commit', () => {
    const writer = writerOf(temporaryFolder());
    writer.commit([trusted('a'), trusted('b')], []);
    for (const event of writer.events()) {
      expect(event).toEqual(trusted('a'));
      break;
    }
    writer.commit([trusted('c')], []);
    expect(hostsOf(writer.events())).toEqual(['a', 'b', 'c']);
  });

  test('50,000 ended attempts are read, checked and parsed in well under 1 s of the processor', () => {
    const writer = writerOf(temporaryFolder());
    const lines = [line(1), line(2)];
    writer.commit(
      Array.from({ length: 50_000 }, (_, index) => ended(`nonce-${index}`, lines)),
      [],
    );
    // What else the machine does can only add to it.
    const micros = Array.from({ length: 3 }, () => {
      const start = process.cpuUsage();
      let count = 0;
      for (const event of writer.events()) if (event.kind === 'ended') count += 1;
      expect(count).toBe(50_000);
      return process.cpuUsage(start).user;
    });
    expect(Math.min(...micros)).toBeLessThan(1_000_000);
  });
});

describe('on a network file system', () => {
  test('the journal is one that needs no shared memory, and the caller can say so', () => {
    const folder = temporaryFolder();
    writerOf(folder).close(); // made on a local disk, then moved
    const writer = writerOf(folder, { fileSystem: 'network' });
    expect(writer.journal).toBe('truncate');
    writer.commit([trusted('a')], []);
    expect(readdirSync(folder)).not.toContain('ledger.db-wal');
    const reader = openReader(folder);
    expect(reader.kind === 'opened' && hostsOf(reader.reader.read(0).events)).toEqual(['a']);
  });

  test('NFS, SMB and FUSE are told from ext4, xfs and tmpfs', () => {
    expect([0x6969, 0x517b, 0xff534d42, 0xff534d42 | 0, 0x65735546].map(kindOfFileSystem)).toEqual(
      Array(5).fill('network'),
    );
    expect([0xef53, 0x58465342, 0x01021994].map(kindOfFileSystem)).toEqual(Array(3).fill('local'));
  });
});

describe('a file that is not this ledger', () => {
  test('a newer ledger is refused with both versions, and stays as it is', () => {
    const folder = temporaryFolder();
    writerOf(folder).close();
    const path = join(folder, 'ledger.db');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 7');
    db.close();
    const before = readFileSync(path);
    const opened = openWriter(folder, { breakLock: false });
    expect(opened).toMatchObject({ kind: 'newer', version: 7, known: 3 });
    expect(opened.kind === 'newer' && opened.message).toMatch(/version is 7.*up to 3\. Update labsweep/);
    expect(openReader(folder)).toMatchObject({ kind: 'newer', version: 7 });
    expect(readFileSync(path)).toEqual(before);
  });

  test('another file, or the database of another program, is left as it is', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.db');
    writeFileSync(path, 'not a database, but long enough to have a header of its own\n'.repeat(9));
    expect(openWriter(folder, { breakLock: false }).kind).toBe('not-a-ledger');
    expect(openReader(folder).kind).toBe('not-a-ledger');
    const other = temporaryFolder();
    const db = new DatabaseSync(join(other, 'ledger.db'));
    db.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY)');
    db.close();
    const before = readFileSync(join(other, 'ledger.db'));
    expect(openWriter(other, { breakLock: false }).kind).toBe('not-a-ledger');
    expect(readFileSync(join(other, 'ledger.db'))).toEqual(before);
  });

  test('a ledger that was cut off is not written to', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.db');
    const writer = writerOf(folder);
    writer.commit(
      Array.from({ length: 100 }, (_, index) => trusted(`host-${index}`)),
      [],
    );
    writer.close();
    truncateSync(path, 8192);
    expect(() => openWriter(folder, { breakLock: false })).toThrow(
      expect.objectContaining({ code: 'LEDGER_DAMAGED' }),
    );
  });
});
