import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const slots = 2;
const points = 12;
const wait = { timeout: 20_000, interval: 200 };

/** Each trial waits for the file `gate` of its host, and writes down when it begins and ends. */
const script =
  'echo "+ $0" >> ~/log; until [ -e ~/gate ]; do sleep 0.05; done; echo "- $0" >> ~/log; echo "{\\"score\\": $0}"';
const sweep = JSON.stringify({
  sweep: 'toy',
  program: { command: ['sh', '-c', script, '{x}'] },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0, gpus: 0 },
  grid: { x: { from: 1, to: points } },
});

/** The bed has stand-ins for what systemd would do: what is proved is what labsweep makes of it. */
describe.skipIf(!isHere)('hosts that end what a login leaves behind', () => {
  let bed: Bed;
  let mina: Person;

  beforeAll(async () => {
    bed = await openBed({ hosts: 2, all: { slots, killUserProcesses: true } });
    mina = new Person(bed);
    const { code, stderr } = await bed.run('ssh', ['host01', 'loginctl enable-linger']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
  afterAll(async () => {
    await mina.leave();
    await bed.close();
  });

  const lines = async (host: string, sign: '+' | '-'): Promise<string[]> =>
    (await bed.host(host).exec('cat', ['/home/lab/log'])).stdout
      .split('\n')
      .filter((line) => line.startsWith(sign));
  const open = (host: string): Promise<unknown> => bed.host(host).exec('touch', ['/home/lab/gate']);

  it('keep an agent in the manager of a user who lingers; else it is said, and nothing waits there', {
    timeout: 60_000,
  }, async () => {
    mina.write('sweep.yaml', sweep);
    const run = mina.begin('run', 'sweep.yaml', '--json');
    await expect
      .poll(async () => (await mina.hosts()).map(({ running, queued }) => [running, queued]), wait)
      .toEqual([
        [slots, slots],
        [slots, 0],
      ]);
    const remedy = 'loginctl enable-linger lab';
    await expect
      .poll(() => run.said(), wait)
      .toMatch(new RegExp(`"event":"host","host":"host02".*${remedy}`));
    expect(run.said()).not.toMatch(/"host":"host01","state"/);
    expect((await mina.type('status')).stdout).toMatch(
      new RegExp(`^host02: .*KillUserProcesses.*${remedy}$`, 'm'),
    );

    // The laptop is closed: the one works through its backlog, on the other nothing is left.
    await run.kill();
    await open('host01');
    await expect
      .poll(() => bed.host('host02').exec('pgrep', ['-u', 'lab']), wait)
      .toMatchObject({ stdout: '' });
    await expect.poll(() => lines('host01', '-'), wait).toHaveLength(2 * slots);
    expect(await lines('host02', '-')).toEqual([]);

    await open('host02');
    expect(await mina.type('resume')).toMatchObject({ code: exitCode.done });
    expect(await mina.scores()).toEqual(Array.from({ length: points }, (_, index) => index + 1));
    const ended = [...(await lines('host01', '-')), ...(await lines('host02', '-'))];
    expect(ended).toHaveLength(points);
  });

  it('are told apart by `hosts check`, which proves it', { timeout: 60_000 }, async () => {
    const { code, stdout } = await mina.type('hosts', 'check');
    expect(code).toBe(exitCode.failedInPart);
    expect(stdout).toMatch(
      /^ {2}! logind ends .* the agent runs in the user's own manager, where it stays$/m,
    );
    expect(stdout).toMatch(/^ {2}x logind ends .*run there, once: loginctl enable-linger lab$/m);
  });
});
