import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { emptyFolder, folderWith, read, stateFolder } from './reading.ts';

function finished(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({ points: [{ params: { x: 1 } }] });
  built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 }, { metricsCount: 0, metricsHash: '' });
  return built;
}

describe('labsweep ledger backup', () => {
  test('makes one private file that verifies, says the same, and is held by nobody', async () => {
    const folder = folderWith(finished());
    const before = readFileSync(join(stateFolder(folder), 'ledger.db'));
    const { out, err, code } = await read('ledger', folder, 'backup', 'copy.db');
    expect({ err, code }).toEqual({ err: '', code: 0 });
    expect(out).toMatch(/^copy\.db: 8 events, \d.* KiB; every hash is as it was written\n$/);
    expect(readdirSync(folder).toSorted()).toEqual(['.labsweep', 'copy.db']);
    expect(statSync(join(folder, 'copy.db')).mode & 0o777).toBe(0o600);
    expect((await read('ledger', folder, 'verify', 'copy.db')).out).toBe('The ledger is sound: 8 events.\n');
    const copy = new DatabaseSync(join(folder, 'copy.db'));
    expect(copy.prepare('SELECT * FROM lock').all()).toEqual([]);
    copy.close();
    expect(readFileSync(join(stateFolder(folder), 'ledger.db')).equals(before)).toBe(true);
    expect(readdirSync(stateFolder(folder))).toEqual(['ledger.db']);
  });

  test('writes over a file only where it is told to', async () => {
    const folder = folderWith(finished());
    writeFileSync(join(folder, 'copy.db'), 'thesis');
    const refused = await read('ledger', folder, 'backup', 'copy.db');
    expect(refused).toMatchObject({ code: 2, out: '' });
    expect(refused.err).toContain('copy.db is there already; --overwrite takes its place.');
    expect(readFileSync(join(folder, 'copy.db'), 'utf8')).toBe('thesis');
    expect(await read('ledger', folder, 'backup', 'copy.db', '--overwrite')).toMatchObject({ code: 0 });
    expect(await read('ledger', folder, 'verify', 'copy.db')).toMatchObject({ code: 0 });
  });

  test('never takes the place of the ledger itself', async () => {
    const folder = folderWith(finished());
    const { err, code } = await read('ledger', folder, 'backup', '.labsweep/ledger.db', '--overwrite');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('is the ledger itself') });
  });

  test('a damaged ledger is not copied over a good copy', async () => {
    const folder = folderWith(finished());
    await read('ledger', folder, 'backup', 'copy.db');
    const db = new DatabaseSync(join(stateFolder(folder), 'ledger.db'));
    db.exec(`UPDATE events SET payload = replace(payload, 'ledger-of-a-test', 'another') WHERE seq = 1`);
    db.close();
    const { err, code } = await read('ledger', folder, 'backup', 'copy.db', '--overwrite');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('is damaged') });
    expect(await read('ledger', folder, 'verify', 'copy.db')).toMatchObject({ code: 0 });
    expect(readdirSync(folder).toSorted()).toEqual(['.labsweep', 'copy.db']);
  });

  test('where there is no ledger, or no folder to write to, it says so', async () => {
    const empty = emptyFolder();
    expect((await read('ledger', empty, 'backup', 'copy.db')).err).toContain('there is no .labsweep here');
    const folder = folderWith(finished());
    const { err, code } = await read('ledger', folder, 'backup', 'away/copy.db');
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('there is no folder') });
    expect((await read('ledger', folder, 'verify', 'away.db')).err).toContain('there is no such ledger');
  });
});
