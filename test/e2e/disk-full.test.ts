/** A disk that fills while trials run, on a small file system of its own: only where this user may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, type Typed, until } from './lab.ts';

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

/** A sweep of trials that fill the disk of the host for as long as a file says so, until they are told to end. */
function begin(
  lab: Lab,
  { slots, disk, train }: { slots: number; disk: string; train: readonly string[] },
): Typed {
  lab.inventory(1, { limits: { slots, load: 1_000, disk } });
  const command = [...train, `printf '{"score": %s}\\n' "$0"`].join('; ');
  lab.write('full', '');
  lab.write(
    'sweep.yaml',
    `sweep: toy\nprogram: {command: [sh, -c, ${JSON.stringify(command)}, '{x}']}\nretries: 0\n` +
      'objective: {metric: score, goal: maximize}\nresources: {cpus: 0}\ngrid: {x: [1, 2, 3, 4]}\n',
  );
  lab.patienceMs = 110_000;
  return lab.type('run', 'sweep.yaml');
}

const failures = (run: Typed): number => run.said.err.match(/failed for want of disk space/g)?.length ?? 0;

describe.runIf(mayMount())('a disk that fills while trials run', () => {
  /** Off the host before the lab is removed, which cannot remove what is mounted. */
  function mounted(lab: Lab): Disposable {
    mkdirSync(lab.host);
    mount(lab.host);
    return { [Symbol.dispose]: () => unmount(lab.host) };
  }
  const hasEnded = async (lab: Lab, run: Typed): Promise<void> => {
    const { code, err } = await run.ended;
    expect(code, err).toBe(exitCode.done);
    expect((await lab.labsweep('list')).out.match(/succeeded/g)).toHaveLength(4);
  };

  it('is the host’s fault, which starts again by itself once there is room', { timeout: 120_000 }, async ({
    lab,
  }) => {
    using _ = mounted(lab);
    const train = [
      'dd if=/dev/zero of=data bs=1M count=10 2>/dev/null',
      // Slow to end: room is made before any of them has failed twice, which would show that it is too large.
      `if test -e '${lab.path('full')}'; then dd if=/dev/zero of=more bs=1M count=500 || { sleep 1; exit 1; }; fi`,
    ];
    const run = begin(lab, { slots: 1, disk: '20 MB', train });
    await until(
      'a trial that fails for want of space',
      () => failures(run) > 0,
      () => run.said.err,
    );
    const freeBytes = (): number => {
      const { bavail, bsize } = statfsSync(lab.host);
      return bavail * bsize;
    };
    lab.remove('full');
    // What it had made is gone.
    await expect.poll(freeBytes, { timeout: 10_000 }).toBeGreaterThan(20 * mib);
    await hasEnded(lab, run);
    const [machine = ''] = readdirSync(join(lab.host, 'host'));
    const runs = join(lab.host, 'host', machine, 'runs');
    expect(readdirSync(runs).length).toBeGreaterThan(4);
  });

  it('is what a trial that alone needs more than there is does not fit, and the others run on', {
    timeout: 60_000,
  }, async ({ lab }) => {
    using _ = mounted(lab);
    // The first fills the disk wherever it runs.
    const train = [
      'dd if=/dev/zero of=data bs=1M count=$(test "$0" = 1 && echo 500 || echo 5) 2>/dev/null || exit 1',
      'sleep 0.5',
    ];
    const { code, err } = await begin(lab, { slots: 2, disk: '10 MB', train }).ended;
    expect(code, err).toBe(exitCode.failedInPart);
    expect(err).toMatch(
      /given up: fits no disk: here: ran out of disk space 2 times while nothing else ran there: it had written [\d.]+ MiB, and [\d.]+ MiB were free when it began; make room there,/,
    );
    expect(err.match(/^x=1 on here failed for want of disk space/gm)?.length).toBeLessThanOrEqual(4);
    expect(err).not.toMatch(/left out/);
    expect((await lab.labsweep('list')).out.match(/succeeded/g)).toHaveLength(3);
  });

  it('is no reason to give trials up that fit once what earlier ones have left is gone', {
    timeout: 60_000,
  }, async ({ lab }) => {
    using _ = mounted(lab);
    // Each needs more than half of what is free to begin with.
    const train = ['dd if=/dev/zero of="$LABSWEEP_ARTIFACTS/model" bs=1M count=45 || exit 1'];
    const run = begin(lab, { slots: 1, disk: '1 MB', train });
    const sentence =
      /failed for want of disk space: .*; other trials have [\d.]+ MiB there: `labsweep hosts clean` removes what ended ones have left/;
    await until(
      'three that find no room, each of which says what takes it',
      () => failures(run) >= 3,
      () => run.said.err,
    );
    expect(run.said.err).toMatch(sentence);
    expect(run.said.err).not.toMatch(/given up|fits no disk/);
    expect((await lab.labsweep('list')).out.match(/succeeded/g)).toHaveLength(1);
    await lab.labsweep('stop', 'toy');
    await run.ended;
  });

  it('is another one than labsweep’s, which has room: nobody is given up as too large for it', {
    timeout: 60_000,
  }, async ({ lab }) => {
    const other = lab.path('other');
    mkdirSync(other);
    mount(other);
    using _ = { [Symbol.dispose]: () => unmount(other) };
    const train = [
      `if test -e '${lab.path('full')}'; then dd if=/dev/zero of='${other}/data' bs=1M count=500 status=none || exit 1; fi`,
    ];
    const run = begin(lab, { slots: 1, disk: '1 MB', train });
    await until(
      'two to fail',
      () => failures(run) >= 2,
      () => run.said.err,
    );
    expect(run.said.err).toMatch(
      /it said "No space left on device": labsweep's own disk there has room \([\d.]+ \wiB are free\), so it is another one of the host's that the program writes to/,
    );
    expect(run.said.err).not.toMatch(/given up|fits no disk/);
    await lab.labsweep('stop', 'toy');
    await run.ended;
  });

  it('names its folder and its limit where less is free than the inventory leaves free', {
    timeout: 60_000,
  }, async ({ lab }) => {
    using _ = mounted(lab);
    const run = begin(lab, { slots: 1, disk: '150 MB', train: ['true'] });
    const sentence =
      /^here starts nothing now: [\d.]+ MiB of disk are free in \S+\/host; nothing starts under 143 MiB \(`limits\.disk` in inventory\.json\); make room there: `labsweep hosts clean`/m;
    await until(
      'a sentence that names what helps',
      () => sentence.test(run.said.err),
      () => run.said.err,
    );
  });

  it('is the host’s fault for each of several that fill it together', { timeout: 120_000 }, async ({
    lab,
  }) => {
    using _ = mounted(lab);
    // They fail one after the other, the later ones when the first has made room.
    const train = [
      `if test -e '${lab.path('full')}'; then dd if=/dev/zero of=more bs=1M count=500 2>/dev/null; sleep "$0"; exit 1; fi`,
    ];
    const run = begin(lab, { slots: 3, disk: '10 MB', train });
    await until(
      'three to fail for want of space',
      () => failures(run) >= 3,
      () => run.said.err,
    );
    const leftOut =
      /left out until there is room again \(it is tried again by itself\): the disk was full: .*; make room in \S+\/host: `labsweep hosts clean` removes what ended trials have left/;
    await until(
      'the host to be left out',
      () => leftOut.test(run.said.err),
      () => run.said.err,
    );
    for (const asks of [['status'], ['why', 'x=1'], ['hosts', 'list']])
      await expect
        .poll(async () => (await lab.labsweep(...asks)).out.replaceAll(/\s+/g, ' '), { timeout: 15_000 })
        .toMatch(leftOut);
    lab.remove('full');
    await hasEnded(lab, run);
  });
});
