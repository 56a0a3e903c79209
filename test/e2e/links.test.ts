/** Slow and lossy links, half-open connections, cuts, an sshd that restarts, an agent that is killed: all at once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const isHere = bedIsHere();
const points = 80;
const silent = ['cut', 'mute', 'deaf', 'dark'];
const others = ['lossy', 'restarted', 'killed'];
/** "A silent host is shown as such within 10 s." */
const silentWithinMs = 10_000;
const patience = { timeout: 30_000, interval: 200 };

const sweep = {
  sweep: 'toy',
  program: {
    command: [
      'sh',
      '-c',
      'echo "$0" >>~/begun; until [ -e ~/gate ]; do sleep 0.1; done; echo "$0" >>~/done; echo "{\\"score\\": $0}"',
      '{x}',
    ],
  },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0, gpus: 0 },
  grid: { x: { from: 1, to: points } },
};

describe.skipIf(!isHere)('P1 P3 a lab whose links fail in every way while a sweep runs', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    bed = await openBed({ all: { slots: 2 }, hosts: [...others, ...silent].map((name) => ({ name })) });
    // One of those that fall silent is reached by the system's ssh: it sees that by other means.
    person = new Person(bed, (host) => (host.name === 'dark' ? { ...host, transport: 'openssh' } : host));
  });
  afterAll(async () => {
    await person.leave();
    await bed.close();
  });

  const root = (host: string, script: string): Promise<unknown> => bed.host(host).exec('sh', ['-c', script]);
  const numbersIn = async (file: string): Promise<number[]> => {
    const read = await Promise.all(bed.hosts.map((host) => host.exec('cat', [`/home/lab/${file}`])));
    return read
      .flatMap(({ stdout }) => stdout.split('\n'))
      .filter((line) => line !== '')
      .map(Number)
      .toSorted((a, b) => a - b);
  };
  const statesOf = async (names: readonly string[]): Promise<string[]> =>
    (await person.hosts()).filter(({ name }) => names.includes(name)).map(({ state }) => state);

  it('shows those that are silent within 10 s, goes on elsewhere, and each trial runs once', {
    timeout: 90_000,
  }, async () => {
    await bed.host('lossy').wan({ delayMs: 40, jitterMs: 20, lossPercent: 3, rateMbit: 4 });
    person.write('sweep.yaml', JSON.stringify(sweep));
    const run = person.begin('run', 'sweep.yaml');
    const runningOn = async (): Promise<number[]> => (await person.hosts()).map(({ running }) => running);
    await expect.poll(runningOn, patience).toEqual(bed.hosts.map(() => 2));

    const began = performance.now();
    await Promise.all([
      bed.host('cut').cut(),
      bed.host('mute').mute(),
      bed.host('deaf').deafen(),
      bed.host('dark').drop(),
      root('restarted', 'pkill sshd; /usr/sbin/sshd -E /var/log/sshd.log'),
      root('killed', "pkill -KILL -u lab -f 'agent/[0-9a-f]*.mjs serve'"),
    ]);
    let toldAfterMs = 0;
    await expect
      .poll(
        async () => {
          const states = await statesOf(silent);
          toldAfterMs = performance.now() - began;
          return states;
        },
        { ...patience, interval: 50 },
      )
      .toEqual(silent.map(() => 'unreachable'));
    expect(toldAfterMs).toBeLessThan(silentWithinMs);
    const { stdout } = await person.type('status');
    for (const name of silent) expect(stdout).toMatch(new RegExp(`^${name} +unreachable \\(2 running`, 'm'));

    const { trials }: { trials: readonly { trial: string; state: string; host: string }[] } = JSON.parse(
      (await person.type('list', 'toy', '--json')).stdout,
    );
    const waits = trials.find(({ state, host }) => state === 'leased' && silent.includes(host));
    const why = await person.type('why', waits?.trial ?? '', '--json');
    expect(JSON.parse(why.stdout)).toMatchObject({
      state: 'leased',
      refusals: [{ host: waits?.host, kind: 'unreachable' }],
    });

    for (const name of others) await root(name, 'touch /home/lab/gate');
    const held = async (): Promise<number> =>
      (await person.hosts())
        .filter(({ name }) => silent.includes(name))
        .reduce((sum, { running, queued }) => sum + running + queued, 0);
    const there = await held();
    await expect.poll(async () => (await numbersIn('done')).length, patience).toBe(points - there);
    expect(await held()).toBe(there);

    await Promise.all([
      bed.host('cut').heal(),
      bed.host('mute').bothWays(),
      bed.host('deaf').bothWays(),
      bed.host('dark').undrop(),
      ...silent.map((name) => root(name, 'touch /home/lab/gate')),
    ]);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
    const all = Array.from({ length: points }, (_, index) => index + 1);
    expect(await numbersIn('begun')).toEqual(all);
    expect(await numbersIn('done')).toEqual(all);
    expect(await person.scores()).toEqual(all);
  });
});
