/** A disk that fills while trials run, on a small file system of its own: only where this user may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, until } from './lab.ts';

const mib = 2 ** 20;

/** Node itself comes along, as 120 MB. */
const diskBytes = 200 * mib;

const mount = (folder: string): void =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskBytes},mode=700`, 'labsweep-test', folder], {
    stdio: 'ignore',
  });
const unmount = (folder: string): void => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' });

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-mount-'));
  try {
    mount(folder);
    unmount(folder);
    return true;
  } catch {
    process.stderr.write('tests on a disk that fills are skipped: no file system may be mounted here\n');
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.runIf(mayMount())('a disk that fills while trials run', () => {
  it('is the host’s fault, which starts again by itself once there is room', { timeout: 120_000 }, async ({
    lab,
  }) => {
    mkdirSync(lab.host);
    mount(lab.host);
    // Before the lab is removed, which cannot remove what is mounted.
    using _ = { [Symbol.dispose]: () => unmount(lab.host) };
    lab.inventory(1, { limits: { slots: 1, load: 1_000, disk: '20 MB' } });
    // Fills the disk for as long as a file says so.
    const train = [
      'dd if=/dev/zero of=data bs=1M count=10 2>/dev/null',
      `if test -e '${lab.path('full')}'; then dd if=/dev/zero of=more bs=1M count=500 || exit 1; fi`,
      `printf '{"score": %s}\\n' "$0"`,
    ].join('; ');
    lab.write('full', '');
    lab.write(
      'sweep.yaml',
      `sweep: toy\nprogram: {command: [sh, -c, ${JSON.stringify(train)}, '{x}']}\nretries: 0\n` +
        'objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\ngrid: {x: [1, 2, 3, 4]}\n',
    );
    lab.patienceMs = 110_000;
    const run = lab.type('run', 'sweep.yaml');
    await until(
      'a trial that fails for want of space',
      () => /failed for want of disk space/.test(run.said.err),
      () => run.said.err,
    );
    const freeBytes = (): number => {
      const { bavail, bsize } = statfsSync(lab.host);
      return bavail * bsize;
    };
    lab.remove('full');
    // What it had made is gone.
    await expect.poll(freeBytes, { timeout: 10_000 }).toBeGreaterThan(20 * mib);
    const { code, err } = await run.ended;
    expect(code, err).toBe(exitCode.done);
    const [machine = ''] = readdirSync(join(lab.host, 'host'));
    const runs = join(lab.host, 'host', machine, 'runs');
    expect(readdirSync(runs).length).toBeGreaterThan(4);
    const { out } = await lab.labsweep('list');
    expect(out.match(/succeeded/g)).toHaveLength(4);
  });

  it('is the host’s fault for each of several that fill it together', { timeout: 120_000 }, async ({
    lab,
  }) => {
    mkdirSync(lab.host);
    mount(lab.host);
    using _ = { [Symbol.dispose]: () => unmount(lab.host) };
    lab.inventory(1, { limits: { slots: 3, load: 1_000, disk: '10 MB' } });
    // All write until none can, and fail one after the other, the later ones when the first has made room.
    const train = [
      `if test -e '${lab.path('full')}'; then dd if=/dev/zero of=more bs=1M count=500 2>/dev/null; sleep "$0"; exit 1; fi`,
      `printf '{"score": %s}\\n' "$0"`,
    ].join('; ');
    lab.write('full', '');
    lab.write(
      'sweep.yaml',
      `sweep: toy\nprogram: {command: [sh, -c, ${JSON.stringify(train)}, '{x}']}\nretries: 0\n` +
        'objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\ngrid: {x: [1, 2, 3]}\n',
    );
    lab.patienceMs = 110_000;
    const run = lab.type('run', 'sweep.yaml');
    await until(
      'all three to fail for want of space',
      () => (run.said.err.match(/failed for want of disk space/g) ?? []).length >= 3,
      () => run.said.err,
    );
    lab.remove('full');
    const { code, err } = await run.ended;
    expect(code, err).toBe(exitCode.done);
    expect((await lab.labsweep('list')).out.match(/succeeded/g)).toHaveLength(3);
  });
});
