import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changed, sweepOf30 } from '../ledger/store/damaged.ts';
import { writerOf } from '../ledger/store/sample.ts';
import { folderWith, read, stateFolder } from './reading.ts';

interface Damaged {
  readonly folder: string;
  readonly ledger: string;
  /** Its bytes, damaged as they are. */
  readonly before: Buffer;
}

/** A ledger of which the event that leases attempt 20, the sixty-fifth, is not as it was written. */
function damaged(): Damaged {
  const folder = sound();
  const ledger = join(stateFolder(folder), 'ledger.db');
  writeFileSync(ledger, changed(readFileSync(ledger), '"leases":[{"attempt":"n1-20'));
  return { folder, ledger, before: readFileSync(ledger) };
}

function sound(): string {
  const written = sweepOf30();
  return folderWith(written, written.metrics);
}

const succeeded = async (folder: string): Promise<number> =>
  JSON.parse((await read('status', folder, '--json')).out).sweeps[0].counts.succeeded;

describe('a damaged ledger', () => {
  test('is told with what can be saved, and by which commands', async () => {
    const { folder } = damaged();
    const { out, err, code } = await read('ledger', folder, 'verify');
    expect({ out, code }).toEqual({ out: 'event 65 is not what was written: its hash differs\n', code: 1 });
    expect(err).toMatch(
      /^The first 64 of \d+ events are as they were written\.\n64 events with 17 results, up to \d{4}-\d\d-\d\d \d\d:\d\d:\d\d, can be saved:\n/,
    );
    expect(err).toContain('`labsweep ledger recover saved.db` writes them into a new ledger');
    const json = JSON.parse((await read('ledger', folder, 'verify', '--json')).out);
    expect(json.saved).toEqual({ events: 64, to: expect.any(Number), results: 17 });
  });

  test.for(['status', 'leaderboard', 'list', 'resume', 'pause'])(
    '%s says what is wrong, and no figure',
    async (verb) => {
      const { folder, ledger, before } = damaged();
      const { out, err, code } = await read(verb, folder);
      expect({ out, code }).toEqual({ out: '', code: 1 });
      expect(err).toBe(
        `${ledger}: event 65 is not what was written (its hash differs); the 64 before it are good. ` +
          '`labsweep ledger verify` says what can be saved, and `labsweep ledger recover FILE` saves it.\n',
      );
      expect(readFileSync(ledger).equals(before)).toBe(true);
    },
  );

  test.for([
    ['its first byte', (bytes: Buffer) => bytes.fill(0, 0, 1)],
    ['its header', (bytes: Buffer) => bytes.fill(0xff, 16, 100)],
    ['its first page after the header', (bytes: Buffer) => bytes.fill(0, 100, 4096)],
    ['its first page', (bytes: Buffer) => bytes.fill(0, 0, 4096)],
  ] as const)('in %s: all is saved', async ([, damage]) => {
    const folder = sound();
    const ledger = join(stateFolder(folder), 'ledger.db');
    const all = await succeeded(folder);
    writeFileSync(ledger, damage(readFileSync(ledger)));
    const { code, err } = await read('status', folder);
    expect({ code, err }).toEqual({ code: expect.toBeOneOf([1, 2]), err: expect.stringContaining(ledger) });
    await read('ledger', folder, 'recover', 'saved.db');
    expect(await read('ledger', folder, 'restore', 'saved.db')).toMatchObject({ code: 0 });
    expect(await succeeded(folder)).toBe(all);
  });
});

describe('labsweep ledger recover', () => {
  test('writes a ledger that verifies, goes on from there by restore, and leaves the damaged one as it is', async () => {
    const { folder, ledger, before } = damaged();
    const recovered = await read('ledger', folder, 'recover', 'saved.db');
    expect(recovered).toMatchObject({ code: 0, err: '' });
    expect(recovered.out).toMatch(/^saved\.db: 64 events with 17 results, up to .*\n$/);
    expect(statSync(join(folder, 'saved.db')).mode & 0o777).toBe(0o600);
    expect(readFileSync(ledger).equals(before)).toBe(true);
    expect((await read('ledger', folder, 'verify', 'saved.db')).out).toBe(
      'The ledger is sound: 65 events.\n',
    );

    const restored = await read('ledger', folder, 'restore', 'saved.db');
    expect(restored).toMatchObject({
      code: 0,
      out: 'The ledger has 65 events now; `labsweep resume` goes on with it.\n',
    });
    expect(restored.err).toMatch(/^The former one is kept in .*\/ledger-until-\d{4}-\d\d-\d\dT\d{6}\.\n$/);
    expect(await succeeded(folder)).toBe(17);
    const [kept = ''] = readdirSync(stateFolder(folder)).filter((name) => name.startsWith('ledger-until'));
    expect(readFileSync(join(stateFolder(folder), kept, 'ledger.db')).equals(before)).toBe(true);
  });

  test('of a file that was emptied says that only a backup helps, and writes nothing', async () => {
    const { folder, ledger } = damaged();
    truncateSync(ledger, 2000);
    const { code, err } = await read('ledger', folder, 'recover', 'saved.db');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('goes on from a backup') });
    expect(readdirSync(folder)).toEqual(['.labsweep']);
  });

  test('takes another file by --from', async () => {
    const { folder, ledger } = damaged();
    const elsewhere = folderWith({ events: [] });
    const verified = await read('ledger', elsewhere, 'verify', ledger);
    expect(verified.err).toContain(`\`labsweep ledger recover saved.db --from ${ledger}\``);
    const { out } = await read('ledger', elsewhere, 'recover', 'saved.db', '--from', ledger);
    expect(out).toContain('64 events with 17 results');
    expect(readdirSync(folder)).toEqual(['.labsweep']);
  });
});

describe('labsweep ledger restore', () => {
  test('puts a backup in the place of the ledger', async () => {
    const folder = sound();
    const all = await succeeded(folder);
    await read('ledger', folder, 'backup', 'backup.db');
    writeFileSync(join(stateFolder(folder), 'ledger.db'), 'gone');
    expect(await read('ledger', folder, 'restore', 'backup.db')).toMatchObject({ code: 0 });
    expect(await succeeded(folder)).toBe(all);
    expect((await read('ledger', folder, 'verify')).code).toBe(0);
  });

  test('is refused with a damaged file, and while a coordinator holds the ledger', async () => {
    const { folder, ledger } = damaged();
    const whole = sound();
    const refused = await read('ledger', whole, 'restore', ledger);
    expect({ code: refused.code, err: refused.err }).toEqual({
      code: 2,
      err: expect.stringContaining(`\`labsweep ledger verify ${ledger}\` says what can be saved`),
    });
    await read('ledger', whole, 'backup', 'backup.db');
    writerOf(stateFolder(whole));
    const held = await read('ledger', whole, 'restore', 'backup.db');
    expect({ code: held.code, err: held.err }).toEqual({
      code: 2,
      err: expect.stringContaining(`process ${process.pid} on`),
    });
    expect(readdirSync(folder)).toEqual(['.labsweep']);
  });
});
