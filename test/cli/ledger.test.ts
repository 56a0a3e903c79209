import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attemptId } from '../../src/model/ids.ts';
import { idOf, LedgerBuilder } from '../ledger-builder.ts';
import { emptyFolder, folderWith, read, sayLive, stateFolder } from './reading.ts';
import { ledgerEvents } from '../told.ts';

function finished(): LedgerBuilder {
  const built = new LedgerBuilder();
  built.declare({ points: [{ params: { x: 1 } }] });
  built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 }, { metricsCount: 0, metricsHash: '' });
  return built;
}

/** Damages a ledger behind its back. */
function tamper(folder: string, sql: string): void {
  const db = new DatabaseSync(join(stateFolder(folder), 'ledger.db'));
  db.exec(sql);
  db.close();
}

describe('labsweep ledger verify', () => {
  test('a sound ledger is said to be sound', async () => {
    expect(await read('ledger', folderWith(finished()), 'verify')).toEqual({
      out: 'The ledger is sound: 8 events.\n',
      err: '',
      code: 0,
    });
  });

  test('what the disk has lost of its end is found', async () => {
    const folder = folderWith(finished());
    sayLive(folder, { sweeps: [], hosts: [], ledger: 'ledger-of-a-test', events: 10, at: 0 });
    const { out, code } = await read('ledger', folder, 'verify');
    expect(out).toMatch(
      /^The last 2 events that were committed by \S+ \S+ are missing: the disk has not kept them, or an older copy was put back\. What hosts hold still comes in again, the rest runs again\.\nThe 8 events before are as they were written\.\n$/,
    );
    expect(code).toBe(1);
    const { out: json } = await read('ledger', folder, 'verify', '--json');
    expect(JSON.parse(json)).toMatchObject({ events: 8, findings: [], lost: { events: 2, at: 0 } });
  });

  test('a changed event is found, with what is good before it', async () => {
    const folder = folderWith(finished());
    tamper(
      folder,
      `UPDATE events SET payload = replace(payload, 'ledger-of-a-test', 'another') WHERE seq = 1`,
    );
    const { out, err, code } = await read('ledger', folder, 'verify');
    expect(out).toBe('event 1 is not what was written: its hash differs\n');
    expect(err).toBe(
      'The first 0 of 8 events are as they were written.\n' +
        'Nothing can be saved; `labsweep ledger restore FILE` goes on from a backup.\n',
    );
    expect(code).toBe(1);
  });

  test('a result without its metrics lines is found', async () => {
    const built = new LedgerBuilder();
    built.declare({ points: [{ params: { x: 1 } }] });
    const attempt = built.succeed(idOf({ x: 1 }), { val_accuracy: 0.5 });
    const folder = folderWith(built, [{ attempt: attemptId(attempt), from: 0, lines: [] }]);
    const { out, code } = await read('ledger', folder, 'verify', '--json');
    expect(JSON.parse(out).findings).toMatchObject([
      { kind: 'metrics-differ', expectedLines: 1, foundLines: 0 },
    ]);
    expect(code).toBe(1);
  });

  test('events that are whole but cannot follow from one another are found', async () => {
    const built = finished();
    built.events.push(...ledgerEvents({ kind: 'sweep-opened', at: 0, sweep: 'never-declared', part: null }));
    const { out } = await read('ledger', folderWith(built), 'verify');
    expect(out).toBe('event 9 cannot follow from those before it: no sweep never-declared was declared\n');
  });

  test('where there is no ledger it says so', async () => {
    const { err, code } = await read('ledger', emptyFolder(), 'verify');
    expect(err).toContain('there is no .labsweep here or above');
    expect(code).toBe(2);
  });
});
