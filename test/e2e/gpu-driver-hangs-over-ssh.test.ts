/** A driver that hangs in the middle of a sweep: what runs goes on, nothing starts, a person reads why, and it ends by itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

/** Each says that it begins, waits for a file of its own, and has a GPU to itself. */
const script =
  'echo "$0" >> /var/tmp/begun; until [ -e "/var/tmp/go-$0" ]; do sleep 0.05; done; echo "{\\"score\\": $0}"';
const sweep = JSON.stringify({
  sweep: 'hung',
  program: { command: ['sh', '-c', script, '{x}'] },
  objective: { metric: 'score', goal: 'maximize' },
  resources: { cpus: 0, gpus: 1, gpuMemory: '6 GB' },
  grid: { x: [1, 2] },
});
const hangs =
  /may use a GPU, and the host's driver shows none of its GPUs: nvidia-smi does not answer; its driver hangs: as a rule only a reboot mends that/;
const wait = { timeout: 30_000, interval: 250 };

describe.skipIf(!bedIsHere())('P4 P6 a host whose nvidia-smi hangs while a trial runs', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}] }] });
    await bed.host('host01').exec('sh', ['-c', ': > /var/tmp/begun; chmod 666 /var/tmp/begun']);
    person = new Person(bed);
  });
  afterAll(async () => {
    await person.leave();
    await bed.close();
  });

  const host = (): ReturnType<Bed['host']> => bed.host('host01');
  const begun = async (): Promise<string[]> =>
    (await host().exec('cat', ['/var/tmp/begun'])).stdout.split('\n').filter((line) => line !== '');
  const letEnd = (x: string): Promise<unknown> => host().exec('touch', [`/var/tmp/go-${x}`]);
  const why = async (): Promise<string> => (await person.type('why')).stdout;

  it('starts nothing, says since when, ends what runs, and goes on once it answers', {
    timeout: 180_000,
  }, async () => {
    person.write('sweep.yaml', sweep);
    const run = person.begin('run', 'sweep.yaml');
    await expect.poll(begun, wait).toHaveLength(1);
    const [first = ''] = await begun();
    await host().setNvidiaSmi({ kind: 'hangs' });
    await expect.poll(why, wait).toMatch(/the first of them: GPU 0 has told nothing for \d/);
    await letEnd(first);
    await expect.poll(() => person.scores(), wait).toEqual([Number(first)]);
    // There is room now, and nobody can say so.
    await expect.poll(why, { ...wait, timeout: 60_000 }).toMatch(hangs);
    expect(await begun()).toEqual([first]);
    expect((await person.type('status')).stdout).toMatch(/^host01 +GPU 0 .*idle, silent for \d+ s$/m);
    await host().setNvidiaSmi({ kind: 'answers' });
    await expect.poll(begun, wait).toHaveLength(2);
    await Promise.all((await begun()).map(letEnd));
    expect(await run.ended).toMatchObject({ code: exitCode.done });
    expect(await person.scores()).toEqual([1, 2]);
  });
});
