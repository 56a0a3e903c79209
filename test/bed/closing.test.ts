import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBed } from './bed.ts';
import { bedIsHere } from './whether-here.ts';

const isHere = bedIsHere();

describe.skipIf(!isHere)('a bed that is closed', () => {
  it('leaves no process, mount, interface or file', async () => {
    const bed = await openBed({ hosts: 2 });
    const daemon = 'setsid sleep 600 >/dev/null 2>&1 & echo $!';
    const pid = (await bed.run('sh', ['-c', daemon])).stdout.trim();
    // In the middle of an exec a process has no command line.
    await expect
      .poll(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), { timeout: 10_000 })
      .toContain('sleep');
    await bed.run('ssh', ['host01', 'setsid sleep 601 >/dev/null 2>&1 </dev/null &']);
    const network = readlinkSync(`/proc/${pid}/ns/net`);
    await bed.host('host02').wan({ delayMs: 5 });
    await bed.close();
    expect(existsSync(bed.folder)).toBe(false);
    expect(processesIn(network)).toEqual([]);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('labsweep-bed-');
    expect(readdirSync('/sys/class/net').filter((name) => /^(bedbr|vh|wb|wr)\d/.test(name))).toEqual([]);
  });
});

describe.skipIf(!isHere)('a bed that does not come up', () => {
  it('says why, and leaves no process, mount or file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'labsweep-no-bed-'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true, force: true });
    });
    vi.stubEnv('TMPDIR', folder);
    await expect(openBed({ hosts: [{}, { sshd: ['NoSuchKeyword yes'] }] })).rejects.toThrow(
      /host02 did not come up: .*NoSuchKeyword/s,
    );
    expect(readdirSync(folder)).toEqual([]);
    expect(processesNaming(folder)).toEqual([]);
  });
});

describe.skipIf(!isHere)('several beds', () => {
  it('know nothing of one another', async () => {
    const beds = await Promise.all([openBed({ hosts: 1 }), openBed({ hosts: 1 })]);
    try {
      const ids = await Promise.all(beds.map((bed) => bed.run('ssh', ['host01', 'cat /etc/machine-id'])));
      expect(ids.map(({ code }) => code)).toEqual([0, 0]);
      expect(ids[0]?.stdout).not.toBe(ids[1]?.stdout);
    } finally {
      await Promise.all(beds.map((bed) => bed.close()));
    }
  });
});

/** The command lines of those that have a network namespace. */
const processesIn = (network: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && linkOf(`/proc/${name}/ns/net`) === network)
    .map((pid) => `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);

const processesNaming = (folder: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(commandOf)
    .filter((command) => command.includes(folder));

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

const linkOf = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};
