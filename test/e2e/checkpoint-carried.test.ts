/** Trainings that end on one host before they are through, and go on from their checkpoint on another. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const epochs = 12;

interface Shown {
  readonly attempts: readonly {
    readonly attempt: string;
    readonly host: string;
    readonly continues: string | null;
    readonly anew: string | null;
    readonly outcome: { readonly kind: string } | null;
  }[];
}

describe.skipIf(!bedIsHere())('a training that ends on one host before it is through', () => {
  let bed: Bed;
  let folder: string;
  const type = (...args: readonly string[]) =>
    bed.run(process.execPath, [labsweep, ...args], { cwd: folder });
  const find = async (host: string, ...args: readonly string[]): Promise<string[]> => {
    const { stdout } = await bed.host(host).exec('find', ['/home/lab/.labsweep/host', ...args]);
    return stdout.split('\n').filter((line) => line !== '');
  };
  const show = async (state: string): Promise<Shown> =>
    JSON.parse((await type('show', '#1', '--json', '--state', state)).stdout);

  beforeAll(async () => {
    // One with the machine's Node, one with that which labsweep brings along.
    bed = await openBed({ hosts: [{}, { node: false }], all: { slots: 1 } });
    folder = mkdtempSync(join(tmpdir(), 'labsweep-carried-'));
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify(bed.inventory()));
  });
  afterAll(async () => {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('P2 goes on from its checkpoint on another, and gives what it gives undisturbed, bit for bit', {
    timeout: 120_000,
  }, async () => {
    const training = `sweep: carried
program: cnn1d
data: {name: mini, words: [dog, two]}
objective: {metric: val_accuracy, goal: maximize, at: final}
grid: {layers: [4]}
fixed: {startChannels: 4, pool: 8, epochs: ${epochs}, patience: ${epochs}, dropout: 0.25, batchNorm: true, noise: 0.01}
`;
    writeFileSync(join(folder, 'training.yaml'), training);
    const whole = await type('run', 'training.yaml', '--state', 'whole');
    expect(whole.code, whole.stderr).toBe(exitCode.done);
    const known = new Set(
      (await Promise.all(hosts.map((host) => find(host, '-name', 'report.ndjson')))).flat(),
    );

    // Brings what it lacks to the host that the first run did not need: the second is not through before it is entered.
    expect(await type('hosts', 'check')).toMatchObject({ code: exitCode.done });
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'training.yaml', '--state', 'torn'], {
      cwd: folder,
    });
    const end = ended(run);
    const states = async (): Promise<unknown> =>
      JSON.parse((await type('status', '--json', '--state', 'torn')).stdout).hosts.map(
        ({ state }: { state: string }) => state,
      );
    // Before the one is there that has not had it, it goes on where it was.
    await expect.poll(states, { timeout: 60_000 }).toEqual(['ready', 'ready']);
    const first = await vi.waitUntil(
      async () => {
        for (const host of hosts)
          for (const file of await find(host, '-name', 'report.ndjson'))
            if (!known.has(file) && (await linesOf(host, file)).length >= 2) return { host, file };
        return null;
      },
      { timeout: 60_000, interval: 100 },
    );
    const { host, file } = first ?? { host: '', file: '' };
    await bed.host(host).exec('pkill', ['-KILL', '-u', 'lab', '-f', 'train.mjs']);
    const before = await linesOf(host, file);
    const torn = await end;
    expect(torn.code, torn.stderr).toBe(exitCode.done);

    const { attempts } = await show('torn');
    expect(attempts).toMatchObject([
      { host, continues: null, outcome: { kind: 'vanished' } },
      { continues: attempts[0]?.attempt, anew: null, outcome: { kind: 'succeeded' } },
    ]);
    expect(attempts[1]?.host).not.toBe(host);
    const [expected, found] = [resultIn('whole'), resultIn('torn')];
    for (const [name, bytes] of Object.entries(expected.files))
      expect(found.files[name], name).toEqual(bytes);
    // What was measured of an epoch is that of the attempt that trained it: it was not trained a second time.
    expect(found.history.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    // Nobody goes on from what lies on either.
    for (const each of hosts)
      await expect
        .poll(() => find(each, '-path', '*/checkpoints/*', '-type', 'f'), { timeout: 10_000 })
        .toEqual([]);
  });

  it('P1 finds there its newest file, its links and its empty folders as it left them', {
    timeout: 120_000,
  }, async () => {
    const script = [
      'cd "$LABSWEEP_CHECKPOINT"',
      'if [ -e latest ]; then echo "$(ls -t step-* | head -n 1) $(readlink latest) $(stat -c %a tool) $(ls -d empty)" >~/found',
      '  echo "{\\"score\\": $(cat latest)}"; exit; fi',
      'echo 900 >step-900; echo 1000 >step-1000; ln -s step-1000 latest; mkdir empty; : >tool; chmod 751 tool; touch ~/wrote',
      'sleep 1000',
    ].join('\n');
    writeFileSync(
      join(folder, 'newest.yaml'),
      JSON.stringify({
        sweep: 'newest',
        program: { command: ['sh', '-c', script] },
        objective: { metric: 'score', goal: 'maximize' },
        resources: { cpus: 0, gpus: 0 },
        grid: { x: [1] },
      }),
    );
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'newest.yaml', '--state', 'newest'], {
      cwd: folder,
    });
    const end = ended(run);
    const wrote = async (name: string): Promise<boolean> =>
      (await bed.host(name).exec('ls', ['/home/lab'])).stdout.includes('wrote');
    const host = await vi.waitUntil(
      async () => {
        for (const name of hosts) if (await wrote(name)) return name;
        return null;
      },
      { timeout: 60_000, interval: 100 },
    );
    await bed.host(host ?? '').exec('pkill', ['-KILL', '-u', 'lab', '-f', 'sleep 1000']);
    const told = await end;
    expect(told.code, told.stderr).toBe(exitCode.done);
    const { attempts } = await show('newest');
    expect(attempts).toMatchObject([
      { host, outcome: { kind: 'vanished' } },
      { continues: attempts[0]?.attempt, final: { score: 1000 } },
    ]);
    const second = attempts[1]?.host ?? '';
    expect(second).not.toBe(host);
    const found = await bed.host(second).exec('cat', ['/home/lab/found']);
    expect(found.stdout).toBe('step-1000 step-1000 751 empty\n');
  });

  const hosts = ['host01', 'host02'];
  const linesOf = async (host: string, file: string): Promise<unknown[]> => {
    const { stdout } = await bed.host(host).exec('cat', [file]);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  };
  const resultIn = (state: string) => {
    const root = join(folder, state, 'artifacts');
    const [attempt = ''] = readdirSync(root);
    const read = (name: string): Buffer => readFileSync(join(root, attempt, name));
    const names = ['weights.safetensors', 'weights.bin', 'predictions.csv', 'confusion.csv'];
    return {
      history: JSON.parse(read('history.json').toString('utf8')) as unknown[],
      files: Object.fromEntries(names.map((name) => [name, read(name)])),
    };
  };
});
