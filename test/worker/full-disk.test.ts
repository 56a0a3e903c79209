/** A disk that is full, on a small file system of its own: only where this user may mount one. */
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { protocolVersion } from '../../src/protocol/messages.ts';
import { noLimits } from '../../src/throttle/limits.ts';
import { folderOf, storeOf } from '../content/folders.ts';
import { fixture, Host, launchOf, leaseOf } from './real-agent.ts';

const main = join(import.meta.dirname, '../../src/worker/main.ts');
const megabyte = 1024 * 1024;

const mount = (folder: string): void =>
  void execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabyte}`, 'labsweep-test', folder], {
    stdio: 'ignore',
  });
const unmount = (folder: string): void =>
  void execFileSync('/bin/umount', ['-l', folder], { stdio: 'ignore' });

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(mayMount())('a full disk', () => {
  let host: Host;

  beforeEach(() => {
    host = new Host();
    mount(host.folder);
  });

  afterEach(async () => {
    const left = await host.dispose(() => unmount(host.folder));
    expect(left).toEqual([]);
  });

  /** Takes what is free but for `bytes`. */
  const fillUpTo = (bytes: number): void => {
    const file = join(host.folder, 'filler');
    let size = megabyte;
    for (; size > 0; size -= 4096) {
      try {
        writeFileSync(file, Buffer.alloc(size));
        break;
      } catch {
        // Less, then.
      }
    }
    truncateSync(file, Math.max(0, statSync(file).size - bytes));
  };

  it('stops an agent from doing anything that it cannot write down, until there is space', async () => {
    const writer = await host.writer();
    writer.send({ kind: 'limits', limits: { ...noLimits, diskBytes: 0 } });
    await writer.run('a-1', launchOf([fixture('prints-score'), '1']));
    fillUpTo(0);
    const many = Array.from({ length: 40 }, (_, index) => leaseOf(`b-${index}`));
    writer.lease(launchOf([fixture('prints-score'), '2']), ...many);
    const stuck = await writer.hears('stuck');
    expect(stuck.because).toMatch(/cannot write down what it does in .*ENOSPC.*make room there/);
    rmSync(join(host.folder, 'filler'));
    await writer.hears('stuck', ({ because }) => because === null);
    for (const { attempt } of many) expect((await writer.ended(attempt)).end.final).toEqual({ score: 2 });
  });

  it('is told of by an agent that begins there, which goes on when there is room', {
    timeout: 60_000,
  }, async () => {
    const writer = await host.writer();
    writer.send({ kind: 'limits', limits: { ...noLimits, diskBytes: 0 } });
    const gate = join(host.folder, 'gate');
    writer.lease(launchOf([fixture('waits-for-file'), gate]), leaseOf('a-1'));
    await writer.logHas('a-1', 'ready');
    await host.kill('SIGKILL');
    for (const name of ['agent.json', 'serving.1']) rmSync(host.runFile('..', name));
    const journal = host.runFile('..', 'journal.ndjson');
    appendFileSync(journal, '\n'.repeat(4096 - (statSync(journal).size % 4096))); // no room in its last page
    fillUpTo(0);
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'start', '--folder', host.folder]);
    const { pid } = JSON.parse(stdout) as { readonly pid: number };
    try {
      const again = await host.connect();
      again.send({
        kind: 'hello',
        protocol: protocolVersion,
        ledger: 'ledger',
        owner: '',
        term: 2,
        role: 'writer',
      });
      expect((await again.hears('stuck')).because).toMatch(/ENOSPC.*make room there/);
      rmSync(join(host.folder, 'filler'));
      await again.hears('stuck', ({ because }) => because === null);
      expect(await again.hears('state')).toMatchObject({ running: [{ attempt: 'a-1' }] });
      again.send({ kind: 'reconciled', committedLines: {} });
      writeFileSync(gate, '');
      expect((await again.ended('a-1')).end.outcome.kind).toBe('succeeded');
      await expect.poll(() => readFileSync(host.runFile('..', 'agent.json'), 'utf8')).toContain(String(pid));
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });

  it('is the host’s failure where there is no room for an attempt’s folder', async () => {
    const writer = await host.writer();
    writer.send({ kind: 'limits', limits: { ...noLimits, diskBytes: 0 } });
    // The last page of the journal takes the records of one more attempt; there is no page for its files.
    const pageLeft = () => 4096 - (statSync(host.runFile('..', 'journal.ndjson')).size % 4096);
    for (let count = 0; count === 0 || pageLeft() < 2_600; count += 1)
      await writer.run(`a-${count}`, launchOf([fixture('prints-score'), '1']));
    fillUpTo(0);
    const params = { text: 'x'.repeat(100) };
    const { end } = await writer.run('last', launchOf([fixture('prints-score'), '2']), { params });
    expect(end.outcome).toMatchObject({ kind: 'not-started', reason: 'no-space' });
  });

  it('is the host’s failure where there is no room for a copy of the program, of which nothing is left', async () => {
    const { store, hash } = await storeOf(folderOf({ large: 'x'.repeat(200_000), small: '' }));
    const writer = await host.writer();
    writer.send({ kind: 'limits', limits: { ...noLimits, diskBytes: 0 } });
    execFileSync('cp', ['-a', `${store}/.`, join(host.folder, 'content')]);
    fillUpTo(100_000);
    const launch = launchOf(['sh', '-c', `cat small; echo '{"score": 1}'`], { files: hash });
    const { end } = await writer.run('a-1', launch);
    expect(end.outcome).toMatchObject({ kind: 'not-started', reason: 'no-space' });
    expect(existsSync(host.runFile('a-1', 'work'))).toBe(false);
    rmSync(join(host.folder, 'filler'));
    expect((await writer.run('a-2', launch)).end.outcome.kind).toBe('succeeded');
  });
});
