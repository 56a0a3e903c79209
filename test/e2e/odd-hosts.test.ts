import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const points = 16;

/** Closes all that it has, and leaves read-only folders as a package cache would. */
const script = `
touch ~/began-on-$(hostname); until [ -e ~/gate ]; do sleep 0.05; done
mkdir -p deep/er && echo x >deep/er/file && chmod 555 deep/er deep
mkdir "$LABSWEEP_CHECKPOINT/state" && echo x >"$LABSWEEP_CHECKPOINT/state/file" && chmod 000 "$LABSWEEP_CHECKPOINT/state" "$LABSWEEP_CHECKPOINT"
mkdir "$LABSWEEP_ARTIFACTS/sub" && echo model-$0 >"$LABSWEEP_ARTIFACTS/sub/model"
chmod 000 "$LABSWEEP_ARTIFACTS/sub/model" "$LABSWEEP_ARTIFACTS/sub" "$LABSWEEP_ARTIFACTS" .
echo "{\\"score\\": $0}"`;
const sweep = JSON.stringify({
  sweep: 'toy',
  program: { command: ['sh', '-c', script, '{x}'] },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0, gpus: 0 },
  artifacts: { fetch: ['**'], max: '1 MB' },
  grid: { x: { from: 1, to: points } },
});

describe.skipIf(!isHere)('hosts that are set up oddly, and programs that close their folders', () => {
  let bed: Bed;
  let mina: Person;
  const sh = async (host: string, text: string): Promise<string> => {
    const { code, stdout, stderr } = await bed.host(host).exec('sh', ['-ec', text]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const hosts = ['host01', 'host02', 'host03', 'host04', 'host05'];

  beforeAll(async () => {
    const cloned = { sharedHome: 'nfs' };
    bed = await openBed({ hosts: [{}, {}, {}, cloned, cloned], all: { slots: 1 } });
    mina = new Person(bed);
    await sh(
      'host01',
      'mkdir -m 777 /tmp/labsweep-2000; chown 2001 /tmp/labsweep-2000; rm -f /etc/machine-id',
    );
    await sh('host02', 'mount -o remount,ro /tmp; echo uninitialized >/etc/machine-id');
    await sh(
      'host03',
      'ln -s /home/lab /tmp/labsweep-2000; chown -h 2000 /tmp/labsweep-2000; : >/etc/machine-id; mount -o remount,noexec /tmp',
    );
    for (const host of ['host04', 'host05'])
      await sh(host, 'echo 0123456789abcdef0123456789abcdef >/etc/machine-id');
  });
  afterAll(async () => {
    await mina.leave();
    await bed.close();
  });

  it('all take part, what is closed comes back all the same, and nothing is left', {
    timeout: 120_000,
  }, async () => {
    mina.write('sweep.yaml', sweep);
    const begun = mina.begin('run', 'sweep.yaml');
    for (const host of hosts)
      await expect
        .poll(() => sh(host, 'ls /home/lab'), { timeout: 40_000, interval: 200 })
        .toContain(`began-on-${host}`);
    for (const host of hosts) await sh(host, 'touch /home/lab/gate');
    const run = await begun.ended;
    expect(run.code, run.stderr).toBe(exitCode.done);
    expect(await mina.scores()).toHaveLength(points);
    const models = await bed.run('sh', [
      '-c',
      `cat '${mina.folder}'/.labsweep/artifacts/*/sub/model | wc -l`,
    ]);
    expect(models.stdout.trim()).toBe(String(points));
    // Two machines with one id, in one folder: each has its own part.
    expect((await sh('host04', 'ls /home/lab/.labsweep/host')).trim().split('\n')).toHaveLength(2);
    for (const host of hosts)
      expect(await sh(host, 'find /home/lab/.labsweep/host/*/checkpoints')).not.toContain('state');

    const check = await mina.type('hosts', 'check');
    expect(check.code, check.stdout).toBe(exitCode.done);
    const clean = await mina.type('hosts', 'clean');
    expect(clean.code, clean.stdout).toBe(exitCode.done);
    for (const host of hosts)
      expect(
        await sh(
          host,
          // What a host bears is kept by account: those of the machine under the bed have theirs.
          "ls -A /home/lab /var/tmp | grep -vE 'labsweep-[0-9]+$' | grep labsweep || true; pgrep -u lab || true",
        ),
      ).toBe('');
  });
});
