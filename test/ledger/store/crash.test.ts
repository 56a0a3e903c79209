import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openWriter } from '../../../src/ledger/store/open-writer.ts';
import { verifyLedger } from '../../../src/ledger/store/verify.ts';
import { hostsOf, temporaryFolder, trusted, writerOf } from './sample.ts';

function startFixture(name: string, folder: string): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures', name), folder], {
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function kill(child: ChildProcessWithoutNullStreams): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe('P1 what was committed survives a kill', () => {
  test('whatever a writer said it had committed is there, and the chain goes on', async () => {
    const folder = temporaryFolder();
    for (const killAfter of [1, 40, 7, 150, 23]) {
      const child = startFixture('commits-forever.ts', folder);
      let said = 0;
      let seen = 0;
      for await (const text of createInterface({ input: child.stdout })) {
        said = Number(text);
        seen += 1;
        if (seen === killAfter) child.kill('SIGKILL');
      }
      const verified = verifyLedger(join(folder, 'ledger.db'));
      expect(verified).toMatchObject({ kind: 'verified', findings: [] });
      // One more may have reached the disk before the word of it was out.
      expect(verified.kind === 'verified' && verified.goodEvents - said).toBeOneOf([0, 1]);
    }
  });
});

describe('one writer at a time', () => {
  test('a second writer is told who holds the ledger, and takes it over once that process is killed', async () => {
    const folder = temporaryFolder();
    const child = startFixture('holds-ledger.ts', folder);
    await once(child.stdout, 'data');
    expect(openWriter(folder, { breakLock: false })).toMatchObject({
      kind: 'held',
      holder: { pid: child.pid, machine: expect.stringMatching(/./), hostname: expect.stringMatching(/./) },
    });
    await kill(child);
    const writer = writerOf(folder);
    writer.commit([trusted('cedar')], []);
    expect(hostsOf(writer.events())).toEqual(['cedar']);
  });

  test('of several who make a new ledger at once, one becomes its writer and the others are told', async () => {
    const folder = temporaryFolder();
    const said = await Promise.all(
      [1, 2, 3, 4].map(async () => {
        const [text] = await once(startFixture('holds-ledger.ts', folder).stdout, 'data');
        return String(text).trim();
      }),
    );
    expect(said.sort()).toEqual(['held', 'held', 'held', 'opened']);
  });

  // On a network file system what others write into the file is seen in the ledger alone.
  test.each(['local', 'network'] as const)(
    'the writer on a %s disk is told to stop when somebody broke its lock, and writes nothing more',
    (fileSystem) => {
      const folder = temporaryFolder();
      const first = writerOf(folder, { fileSystem });
      first.commit([trusted('cedar')], []);
      const second = writerOf(folder, { breakLock: true, fileSystem });
      second.commit([trusted('birch')], []);
      expect(() => first.commit([trusted('late')], [])).toThrow(
        expect.objectContaining({
          code: 'LEDGER_TAKEN_OVER',
          holder: expect.objectContaining({ pid: process.pid }),
        }),
      );
      first.close();
      second.commit([trusted('aspen')], []);
      expect(hostsOf(second.events())).toEqual(['cedar', 'birch', 'aspen']);
    },
  );
});

describe('a full disk', () => {
  test('stops the writer with the cause and a remedy, and half a commit is never left', async () => {
    const folder = temporaryFolder();
    const fixture = join(import.meta.dirname, 'fixtures', 'fills-disk.ts');
    // RLIMIT_FSIZE in blocks of 512 bytes: stands in for a full disk without asking for root.
    const script = 'trap "" XFSZ; ulimit -f 512; exec "$0" "$@"';
    const child = spawn('sh', ['-c', script, process.execPath, fixture, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    await once(child, 'close');
    const { code, message, committed, readable } = JSON.parse(said);
    expect(code).toBe('LEDGER_WRITE');
    expect(message).toContain('run `labsweep resume`');
    expect(committed).toBeGreaterThan(0);
    expect(readable).toBe(committed);
    expect(verifyLedger(join(folder, 'ledger.db'))).toMatchObject({ findings: [], goodEvents: committed });
  });
});
