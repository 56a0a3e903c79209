import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const wait = { timeout: 20_000, interval: 100 };

const sweepOf = (script: string): string =>
  JSON.stringify({
    sweep: 'toy',
    program: { command: ['sh', '-c', script, '{x}'] },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 0 },
    grid: { x: [1, 2] },
  });
const scores = sweepOf('echo "{\\"score\\": $0}"');

/** Beside what it waits for itself: what has no mark, and what has left its session, its folder or its output. */
const leavesOthers = sweepOf(`
  env -i setsid sh -c 'sleep 901 & sleep 902' &
  (cd / && env -i setsid sh -c 'sleep 903 & exit' &)
  env -i setsid sh -c 'exec >/dev/null 2>&1; sleep 904 & exit' &
  touch ~/ready-$0; sleep 905`);

describe.skipIf(!isHere)('labsweep comes to hosts that people use, and is taken off them', () => {
  let bed: Bed;
  let mina: Person;
  const sh = async (host: string, script: string): Promise<string> => {
    const { code, stdout, stderr } = await bed.host(host).exec('sh', ['-ec', script]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout;
  };
  const inventory = (of: (name: string) => object): void =>
    mina.write(
      'inventory.json',
      JSON.stringify({ hosts: bed.inventory().hosts.map((host) => ({ ...host, ...of(host.name) })) }),
    );
  const running = (host: string): Promise<string> => sh(host, 'pgrep -u lab -a | grep -v sshd || true');

  beforeAll(async () => {
    bed = await openBed({ hosts: 2 });
    mina = new Person(bed);
  });
  afterAll(async () => {
    await mina.leave();
    await bed.close();
  });

  it('a home and a data set are left as they are by run, hosts check and hosts clean', {
    timeout: 90_000,
  }, async () => {
    const files = 'find /home/lab /scratch | sort';
    await sh(
      'host01',
      'mkdir -p /home/lab/.ssh; touch /home/lab/thesis.tex /home/lab/.ssh/id_ed25519; mkdir -p /scratch; chown -R lab: /home/lab /scratch',
    );
    await sh('host02', 'mkdir -p /scratch/lab/words; touch /scratch/lab/words/0.wav; chown -R lab: /scratch');
    const before = [await sh('host01', files), await sh('host02', files)];
    inventory((name) => ({ folder: name === 'host01' ? '~' : '/scratch/lab' }));
    mina.write('sweep.yaml', scores);

    const check = await mina.type('hosts', 'check');
    expect(check.code, check.stdout).toBe(exitCode.noHost);
    expect(check.stdout).toMatch(
      /x \/home\/lab has files .*; use a folder of its own: \/home\/lab\/labsweep \(/,
    );
    expect(check.stdout).toMatch(
      /x \/scratch\/lab has files .* \(words\); use a folder of its own: \/scratch\/lab\/labsweep \(/,
    );
    const run = await mina.type('run', 'sweep.yaml');
    expect(run.code, run.stderr).toBe(exitCode.noHost);
    expect(run.stderr).toContain('use a folder of its own: /scratch/lab/labsweep');
    const clean = await mina.type('hosts', 'clean', '--force');
    expect(clean.stdout).toBe('host01: nothing of labsweep is there\nhost02: nothing of labsweep is there\n');
    expect([await sh('host01', files), await sh('host02', files)]).toEqual(before);
  });

  it('a data set beside it and behind a link stays', { timeout: 90_000 }, async () => {
    inventory(() => ({ folder: '/scratch/of-lab/labsweep' }));
    for (const host of ['host01', 'host02'])
      await sh(
        host,
        'mkdir -p "/scratch/of-lab/words"; touch "/scratch/of-lab/words/0.wav"; chown -R lab: /scratch',
      );
    expect(await mina.type('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
    await sh(
      'host01',
      'cd "/scratch/of-lab/labsweep"; rm -rf incoming; ln -s "/scratch/of-lab/words" incoming',
    );
    const { code, stdout } = await mina.type('hosts', 'clean');
    expect(code, stdout).toBe(exitCode.done);
    expect(stdout).toMatch(/^host01: \/scratch\/of-lab\/labsweep removed \(.*\)$/m);
    for (const host of ['host01', 'host02'])
      expect(await sh(host, 'cd /scratch/of-lab; find . | sort; ls -A /tmp')).toBe(
        '.\n./words\n./words/0.wav\n',
      );
  });

  it('nothing runs on, though its agent cannot be named and trials hide', { timeout: 90_000 }, async () => {
    inventory(() => ({}));
    mina.write('sweep.yaml', leavesOthers);
    const run = mina.begin('run', 'sweep.yaml', '--fresh', '--prune');
    for (const host of ['host01', 'host02'])
      await expect.poll(() => sh(host, 'ls /home/lab'), wait).toMatch(/ready-/);
    for (const host of ['host01', 'host02'])
      await expect.poll(() => running(host), wait).toMatch(/sleep 901[^]*sleep 904/);
    await run.kill();
    await sh('host01', 'rm /home/lab/.labsweep/host/*/agent.json');
    const person = bed.spawn('ssh', ['-tt', 'host01', 'cd ~/.labsweep/host/*/runs && exec sleep 800']);
    await expect.poll(() => running('host01'), wait).toContain('sleep 800');

    const held = await mina.type('hosts', 'clean');
    expect(held.code, held.stdout).toBe(exitCode.failedInPart);
    expect(held.stdout).toMatch(/^host01: it has 1 running of /m);
    const { code, stdout } = await mina.type('hosts', 'clean', '--force');
    expect(code, stdout).toBe(exitCode.done);
    expect(await running('host02')).toBe('');
    expect((await running('host01')).replace(/\d+ /g, '')).toMatch(/^(-?\S*bash.*\n)?sleep 800\n$/);
    person.kill();
    for (const host of ['host01', 'host02'])
      expect(await sh(host, 'ls -A /home/lab | grep labsweep || true; ls -A /tmp')).toBe('');
  });
});
