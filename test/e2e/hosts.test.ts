import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { printsScore, shellSweep, waitsAt } from './sweeps.ts';

const wait = { timeout: 20_000, interval: 100 };

const only = (lab: Lab, entry: object): void =>
  void lab.write(
    'inventory.json',
    JSON.stringify({ hosts: [{ name: 'here', transport: 'local', folder: lab.host, ...entry }] }),
  );

describe('P6 a sweep that no host can take ends at once, with the reason of each', () => {
  it.for([
    ['is off', { off: 'PSU broken' }, '', 'here: the host is off: PSU broken\n'],
    ['lacks a label', {}, 'hosts: cuda12\n', 'here: the host lacks label cuda12\n'],
    [
      'has no such folder',
      { folder: '/dev/null/host' },
      '',
      /^here: the host cannot be used: \/dev\/null\/host cannot be written there \(mkdir: .*Not a directory\); give the host another "folder" in inventory\.json$/m,
    ],
  ] as const)('the host %s', async ([, entry, rest, reason], { lab }) => {
    only(lab, entry);
    lab.write('sweep.yaml', shellSweep(printsScore, `grid: {x: [1, 2]}\n${rest}`));
    const { code, out, err } = await lab.labsweep('run', 'sweep.yaml');
    expect({ code, out }).toEqual({ code: exitCode.noHost, out: '' });
    expect(err).toMatch(reason);
    expect(err).toMatch(/No host can go on with 2 trials of toy; `labsweep run sweep.yaml` tries again\.\n$/);
    expect(lab.processes()).toEqual([]);

    lab.inventory(2);
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1, 2]}\n'));
    expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
  });
});

describe('labsweep hosts', () => {
  it('drain takes back what waits there, also without a coordinator, and lets what runs go to its end', async ({
    lab,
  }) => {
    lab.inventory(1);
    const sweep = shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1, 2]}\n');
    lab.write('sweep.yaml', sweep);
    const run = lab.type('run', 'sweep.yaml');
    const waiting = async (): Promise<unknown> =>
      JSON.parse((await lab.labsweep('status', '--json')).out).hosts.map(
        ({ running, queued }: { running: number; queued: number }) => [running, queued],
      );
    await until('a trial', () => lab.files().includes('gate.waiting'));
    await expect.poll(waiting, wait).toEqual([[1, 1]]);
    run.child.kill('SIGINT');
    await run.ended;

    expect((await lab.labsweep('hosts', 'drain', 'here')).out).toBe(
      'here drains: 1 trial waiting there will run elsewhere, 1 trial running there will go to the end; ' +
        'nothing more starts there before `labsweep hosts on here`\n',
    );
    lab.write('gate', '');
    await until('the trial ends', () => lab.read('done') !== '');
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.noHost });
    expect(lab.read('gate.waiting').trim().split('\n')).toHaveLength(1);
    expect((await lab.labsweep('hosts', 'drain', 'here')).out).toMatch(
      /^here drains: nothing waits or runs there; /,
    );
    expect((await lab.labsweep('hosts', 'off', 'here', '--because', 'PSU broken')).out).toBe(
      'here is off, as `status` and `why` say now (PSU broken): nothing waits or runs there; ' +
        'nothing more starts there before `labsweep hosts on here`\n',
    );
    expect((await lab.labsweep('hosts', 'on', 'here')).out).toBe('here is used again\n');
    expect(await lab.labsweep('resume')).toMatchObject({ code: exitCode.done });
    expect(lab.read('done').trim().split('\n').toSorted()).toEqual(['1', '2']);
  });

  it('list says nothing of hosts that a coordinator said once it has ended', async ({ lab }) => {
    lab.write('sweep.yaml', shellSweep(printsScore, 'grid: {x: [1]}\n'));
    for (let times = 0; times < 2; times += 1) {
      expect(await lab.labsweep('run', 'sweep.yaml')).toMatchObject({ code: exitCode.done });
      const [host] = JSON.parse((await lab.labsweep('hosts', 'list', '--json')).out);
      expect(host).toMatchObject({ name: 'here', state: null, because: null });
      expect((await lab.labsweep('status')).out).toContain('No coordinator runs');
    }
  });

  it('check says what was found, and two entries for one machine', async ({ lab }) => {
    lab.write(
      'inventory.json',
      JSON.stringify({
        hosts: [
          { name: 'oak', transport: 'local', folder: lab.host },
          { name: 'elm', transport: 'local', folder: `${lab.host}/../host` },
          { name: 'ash', off: 'PSU broken', address: '192.0.2.7', transport: 'local' },
        ],
      }),
    );
    const { code, out } = await lab.labsweep('hosts', 'check');
    expect(code).toBe(exitCode.failedInPart);
    expect(out).toMatch(/^oak\n {4}\S+ in LAB\/host \(.*free\), entered in .*\n {4}\d+ cores?, .*, Node /);
    expect(out).toMatch(/^elm\n[^]*^ {2}x the same machine as oak; keep one entry of the two$/m);
    expect(out).toMatch(/^ash\n {2}! off: PSU broken$/m);
  });

  it('check ends with 3 where no host can be entered, and names the nearest name', async ({ lab }) => {
    only(lab, { folder: '/dev/null/host' });
    const { code, out } = await lab.labsweep('hosts', 'check');
    expect(code).toBe(exitCode.noHost);
    expect(out).toMatch(/x \/dev\/null\/host cannot be written there/);
    expect(await lab.refused('hosts', 'check', 'hree')).toBe(
      'the inventory has no host hree; is here meant?\n',
    );
  });

  it('clean ends the agent and leaves nothing, and never takes the agent from trials that run', async ({
    lab,
  }) => {
    lab.inventory(1);
    lab.write('sweep.yaml', shellSweep(waitsAt(lab.path('gate'), lab.path('done')), 'grid: {x: [1]}\n'));
    const run = lab.type('run', 'sweep.yaml');
    await until('a trial', () => lab.files().includes('gate.waiting'));
    const busy = await lab.labsweep('hosts', 'clean');
    expect(busy.code).toBe(exitCode.failedInPart);
    expect(busy.out).toMatch(
      /^here: it has 1 running of \w+ on .+, LAB\/\.labsweep; `labsweep resume` takes that in, .* --force$/m,
    );
    lab.write('gate', '');
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect((await lab.labsweep('hosts', 'clean')).out).toMatch(/^here: LAB\/host removed \(.*\)$/m);
    expect(lab.files().filter((file) => file.startsWith('host'))).toEqual([]);
    expect(lab.processes()).toEqual([]);
    expect((await lab.labsweep('hosts', 'clean')).out).toBe('here: nothing of labsweep is there\n');
  });

  it('clean removes no folder that is not one of labsweep', async ({ lab }) => {
    lab.write('host/precious', 'data');
    lab.inventory(1);
    expect((await lab.labsweep('hosts', 'clean')).out).toBe('here: nothing of labsweep is there\n');
    expect(lab.read('host/precious')).toBe('data');
  });
});
