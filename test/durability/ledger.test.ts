import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callsOf, straceIsHere, temporaryFolder } from './system-calls.ts';

describe.runIf(straceIsHere())('P1 what a ledger was given is on the disk (needs strace)', () => {
  it('when a commit returns, each time', async () => {
    const folder = temporaryFolder();
    const calls = await callsOf(
      `import { openWriter } from 'src/ledger/store/open-writer.ts';
       const { writer } = openWriter(args[0], { breakLock: false });
       for (const host of ['cedar', 'birch', 'aspen']) {
         says('begins ' + host);
         writer.commit([{ kind: 'host-trusted', at: 0, host }], []);
         says('holds ' + host);
       }`,
      [folder],
    );
    for (const host of ['cedar', 'birch', 'aspen'])
      expect(
        calls.isSynced(`${folder}/ledger.db-wal`, {
          after: calls.said(`begins ${host}`),
          before: calls.said(`holds ${host}`),
        }),
        host,
      ).toBe(true);
  });

  it('before a file takes its place, and its name before anybody is told', async () => {
    const path = `${temporaryFolder()}/backup.db`;
    const calls = await callsOf(
      `import { writeFileSync } from 'node:fs';
       import { writeWholeFile } from 'src/ledger/store/whole-file.ts';
       writeWholeFile(args[0], (unfinished) => writeFileSync(unfinished, 'all of it'));
       says('it is written');`,
      [path],
    );
    const named = calls.renamedTo(path);
    expect(calls.isSynced(/\.unfinished$/, { after: calls.first('write', 'all of it'), before: named })).toBe(
      true,
    );
    const folder = path.slice(0, path.lastIndexOf('/'));
    expect(calls.isSynced(folder, { after: named, before: calls.said('it is written') })).toBe(true);
  });

  it('before the ledger that it takes the place of is moved aside, and that one as well before it is replaced', async () => {
    const folder = temporaryFolder();
    for (const name of ['ledger.db', 'ledger.db-wal']) writeFileSync(`${folder}/${name}`, 'former');
    const calls = await callsOf(
      `import { writeFileSync } from 'node:fs';
       import { replaceLedger } from 'src/ledger/store/replace-ledger.ts';
       replaceLedger(args[0], 'kept', (unfinished) => writeFileSync(unfinished, 'all of it'));`,
      [folder],
    );
    const written = calls.first('write', 'all of it');
    const aside = calls.renamedTo(`${folder}/kept/ledger.db-wal`);
    const replaced = calls.renamedTo(`${folder}/ledger.db`);
    expect(calls.isSynced(/\.unfinished$/, { after: written, before: aside })).toBe(true);
    expect(replaced).toBeGreaterThan(aside);
    for (const kept of [`${folder}/kept/ledger.db`, `${folder}/kept`, folder])
      expect(calls.isSynced(kept, { after: aside, before: replaced }), kept).toBe(true);
  });
});
