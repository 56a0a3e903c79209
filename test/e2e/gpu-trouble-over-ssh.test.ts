/** A GPU server whose driver fails, beside one without GPUs: who waits, who trains, and what a person reads. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { bedIsHere } from '../bed/whether-here.ts';
import { Person } from './person.ts';

const mismatch = 'Failed to initialize NVML: Driver/library version mismatch';
const remedy = 'its driver was updated and the old one still runs: a reboot mends it';

const sweepOf = (name: string, resources: object): string =>
  JSON.stringify({
    sweep: name,
    program: {
      command: ['sh', '-c', 'echo "{\\"score\\": $0}"', '{x}', name],
    },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, ...resources },
    grid: { x: [1, 2, 3] },
  });

describe.skipIf(!bedIsHere())('a GPU server whose driver fails', () => {
  let bed: Bed;
  let person: Person;
  beforeAll(async () => {
    bed = await openBed({ hosts: [{ gpus: [{}] }, {}, { gpus: [{ temperature: '[GPU requires reset]' }] }] });
  });
  afterAll(() => bed.close());
  beforeEach(async () => {
    await bed.host('host01').setNvidiaSmi({ kind: 'fails', text: mismatch, code: 18 });
    person = new Person(bed);
    person.write('may.yaml', sweepOf('may', {}));
    person.write('cores.yaml', sweepOf('cores', { gpus: 0 }));
    only('host01', 'host02');
  });
  afterEach(() => person.leave());

  const only = (...names: readonly string[]): void => {
    const hosts = bed.inventory().hosts.filter(({ name }) => names.includes(name));
    person.write('inventory.json', JSON.stringify({ hosts }));
  };
  const ranOn = async (sweep: string): Promise<string[]> => {
    const { stdout } = await person.type('list', sweep, '--json');
    const { trials }: { trials: readonly { host: string | null }[] } = JSON.parse(stdout);
    return trials.map(({ host }) => String(host));
  };

  it('gets no trial that may use a GPU: those go where there is none; and the others as ever', async () => {
    const run = await person.type('run', 'may.yaml');
    expect(run.code, run.stderr).toBe(exitCode.done);
    expect(run.stderr).toContain(`host01 has trouble with its GPUs: ${mismatch}; ${remedy}`);
    expect(await ranOn('may')).toEqual(['host02', 'host02', 'host02']);
    only('host01');
    const cores = await person.type('run', 'cores.yaml');
    expect(cores.code, cores.stderr).toBe(exitCode.done);
    expect(await ranOn('cores')).toEqual(['host01', 'host01', 'host01']);
  });

  it('ends a run that has only such hosts, with the remedy, and is told of by `hosts check`', async () => {
    only('host01');
    const run = await person.type('run', 'may.yaml');
    expect(run.code, run.stderr).toBe(exitCode.noHost);
    const why = `may use a GPU, and the host's driver shows none of its GPUs: ${mismatch}; ${remedy}`;
    expect(run.stderr).toContain(why);
    const check = await person.type('hosts', 'check');
    expect(check.code).toBe(exitCode.failedInPart);
    expect(check.stdout).toContain(`  x of its GPUs: ${mismatch}; trials that may use a GPU wait; ${remedy}`);
    const status = await person.type('status');
    expect(status.stdout).not.toContain('undefined');
  });

  it('is used by the next run once its driver was mended', async () => {
    person.write('needs.yaml', sweepOf('needs', { gpus: 1 }));
    expect((await person.type('run', 'needs.yaml')).code).toBe(exitCode.noHost);
    await bed.host('host01').setNvidiaSmi({ kind: 'answers' });
    const { code, stderr } = await person.type('run', 'needs.yaml');
    expect(code, stderr).toBe(exitCode.done);
    expect(await ranOn('needs')).toEqual(['host01', 'host01', 'host01']);
  });

  it('ends a run that has only GPUs that do not work, with what mends them', async () => {
    only('host03');
    const run = await person.type('run', 'may.yaml');
    const reset = 'root resets it with nvidia-smi --gpu-reset, or a reboot does';
    expect(run.code, run.stderr).toBe(exitCode.noHost);
    expect(run.stderr).toContain(`GPU 0 does not work: GPU requires reset; ${reset}`);
    const check = await person.type('hosts', 'check');
    expect(check.stdout).toContain(`  x GPU 0: GPU requires reset; no trial is put there; ${reset}`);
    await bed.host('host03').setGpus([{}]);
    // The driver tells of it once a second.
    const again = async (): Promise<number | null> => (await person.type('run', 'may.yaml')).code;
    await expect.poll(again, { timeout: 20_000, interval: 500 }).toBe(exitCode.done);
  });

  it('is told of in its own words where it begins to fail in a run, and is seen as soon as it is mended', {
    timeout: 120_000,
  }, async () => {
    const host = bed.host('host01');
    await host.setNvidiaSmi({ kind: 'answers' });
    only('host01');
    person.write('long.yaml', sweepOf('long', { gpus: 1 }).replace('echo', 'sleep 8; echo'));
    const run = person.begin('run', 'long.yaml');
    const status = async (): Promise<string> => (await person.type('status')).stdout;
    await expect.poll(status, { timeout: 30_000 }).toMatch(/1 running/);
    await host.setNvidiaSmi({ kind: 'fails', text: mismatch, code: 18 });
    const why = async (): Promise<string> => (await person.type('why')).stdout;
    const words = `may use a GPU, and the host's driver shows none of its GPUs: ${mismatch}; ${remedy}`;
    await expect.poll(why, { timeout: 60_000 }).toContain(words);
    await host.setNvidiaSmi({ kind: 'answers' });
    const check = await person.type('hosts', 'check');
    expect(check.stdout).not.toContain(mismatch);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(exitCode.done);
  });
});
