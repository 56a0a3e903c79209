import { describe, expect } from 'vitest';
import { it, type Lab } from './lab.ts';
import { cnn1dSweep } from './sweeps.ts';

const gpu = { uuid: 'GPU-1', index: 0, name: 'NVIDIA RTX A4000', memoryBytes: 2 ** 34 };

/** A lab whose host was seen with a GPU. */
function seen(lab: Lab): void {
  lab.write('inventory.json', JSON.stringify({ hosts: [{ name: 'cedar', address: '192.0.2.1' }] }));
  const facts = {
    machine: 'm',
    bootId: 'b',
    cpus: 8,
    memoryBytes: 2 ** 36,
    node: 'v24.0.0',
    folder: '/lab',
    pid: 1,
    build: 'b',
    user: 'mina',
    gpus: [gpu],
    gpuProblem: null,
  };
  lab.write('.labsweep/seen-hosts.json', JSON.stringify({ cedar: facts }));
}

/** As `labsweep engine install gpu` leaves it. */
function install(lab: Lab): void {
  const record = { name: 'gpu', version: '2.16.1', content: 'e'.repeat(64) };
  lab.write('.labsweep/engines/gpu.json', JSON.stringify(record));
}

const sweep = (more = ''): string => cnn1dSweep('layers: [3]').replace('grid:', `${more}grid:`);

describe('engine auto in a lab with GPUs', { timeout: 60_000 }, () => {
  const planOf = async (lab: Lab) => {
    const { out } = await lab.labsweep('plan', 'sweep.yaml', '--json');
    return JSON.parse(out);
  };

  it('trains on the cores while the engine for them is not installed, and says so', async ({ lab }) => {
    seen(lab);
    lab.write('sweep.yaml', sweep());
    const { coresNote, trials } = await planOf(lab);
    expect(coresNote).toMatch(/^cedar has GPUs.*labsweep engine install gpu/);
    expect(trials[0].predicted.gpuMemoryBytes).toBeNull();
    expect((await lab.labsweep('plan', 'sweep.yaml')).out).toContain(coresNote);
  });

  it('asks for one once it is, and is the same trial', async ({ lab }) => {
    seen(lab);
    lab.write('sweep.yaml', sweep());
    const before = await planOf(lab);
    install(lab);
    const after = await planOf(lab);
    expect(after.coresNote).toBeNull();
    expect(after.trials[0].predicted.gpuMemoryBytes).toBeGreaterThan(2 ** 30);
    expect(after.trials[0].trial).toBe(before.trials[0].trial);
    expect(after.devices).toMatchObject([{ host: 'cedar', trials: 1, because: null }]);
  });

  it('leaves them alone where the sweep means the cores', async ({ lab }) => {
    seen(lab);
    for (const isInstalled of [false, true]) {
      if (isInstalled) install(lab);
      lab.write('sweep.yaml', sweep('resources: {gpus: 0}\n'));
      const { coresNote, trials } = await planOf(lab);
      expect(coresNote).toBeNull();
      expect(trials[0].predicted.gpuMemoryBytes).toBeNull();
    }
  });
});
