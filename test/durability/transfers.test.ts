import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { callsOf, straceIsHere, temporaryFolder } from './system-calls.ts';

/** A host whose every command runs here. */
const carrier = `
  import { spawn } from 'node:child_process';
  import { once } from 'node:events';
  import { Duplex } from 'node:stream';
  import { getFile, putFile } from 'src/coordinator/transport/remote-files.ts';
  const carrier = {
    host: 'cedar',
    open: async (line) => {
      const child = spawn(line, { shell: true, stdio: 'pipe' });
      const ended = once(child, 'close').then(([code]) => code);
      return { stream: Duplex.from({ readable: child.stdout, writable: child.stdin }), stderr: child.stderr, ended };
    },
    close: async () => {},
  };`;

describe.runIf(straceIsHere())(
  'P1 a file that has come is on the disk before it has its name (needs strace)',
  () => {
    const files = (): readonly [string, string, string] => {
      const folder = temporaryFolder();
      writeFileSync(`${folder}/from`, 'x'.repeat(200_000));
      return [`${folder}/from`, `${folder}/to/file`, `${folder}/to`];
    };

    it('on a host', async () => {
      const [from, to, folder] = files();
      const calls = await callsOf(`${carrier} await putFile(carrier, ...args);`, [from, to]);
      const before = calls.renamedTo(to);
      expect(calls.isSynced(new RegExp(`^${folder}/file\\..*\\.part$`), { before })).toBe(true);
    });

    it('from a host', async () => {
      const [from, to, folder] = files();
      const calls = await callsOf(`${carrier} await getFile(carrier, ...args);`, [from, to]);
      const before = calls.renamedTo(to);
      expect(calls.isSynced(new RegExp(`^${folder}/file\\..*\\.part$`), { before })).toBe(true);
    });

    it('on this machine', async () => {
      const [from, to, folder] = files();
      const calls = await callsOf(
        `import { localTransport } from 'src/coordinator/transport/local.ts';
       await localTransport().put(...args);`,
        [from, to],
      );
      const before = calls.renamedTo(to);
      expect(calls.isSynced(new RegExp(`^${folder}/file\\.part-`), { before })).toBe(true);
    });
  },
);
