import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { it, type Lab, until } from './lab.ts';
import { shellSweep, waitsAt } from './sweeps.ts';

const gpus = 8;
const nvidiaSmi = join(import.meta.dirname, '../fixtures/programs/nvidia-smi');

/** A driver that tells of 8 idle cards of 16 GiB. */
function installDriver(lab: Lab): void {
  const card = (index: number): string =>
    `${index}, GPU-0000000${index}, NVIDIA RTX A4000, 16384, 100, 3, 40, 40.10, [N/A]\n`;
  lab.write('driver/gpus', Array.from({ length: gpus }, (_, index) => card(index)).join(''));
  lab.write('driver/apps', '');
  copyFileSync(nvidiaSmi, lab.path('driver/nvidia-smi'));
  lab.env['PATH'] = `${lab.path('driver')}:/usr/bin:/bin`;
}

/** Of a process, in MiB: the most that it ever held of memory (proc_pid_status(5)). */
const peakMiB = (pid: number): number =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

describe('an agent with 8 GPUs and 8 trials that run', () => {
  it('never holds more than 80 MB', { timeout: 60_000 }, async ({ lab }) => {
    installDriver(lab);
    lab.inventory(gpus);
    const sweep = shellSweep(
      waitsAt(lab.path('gate'), lab.path('done')),
      `grid: {x: {from: 1, to: ${gpus}}}\n`,
    );
    lab.write('sweep.yaml', sweep.replace('resources: {cpus: 0}', 'resources: {cpus: 0, gpus: 1}'));
    const { ended, said } = lab.type('run', 'sweep.yaml', '--json');
    const running = (): number => said.out.split('\n').filter((line) => line.includes('"started"')).length;
    await until(
      '8 trials',
      () => running() === gpus,
      () => said.err,
    );
    lab.write('gate', '');
    expect((await ended).code).toBe(exitCode.done);
    expect(new Set(said.out.match(/GPU-\d+/g))).toHaveProperty('size', gpus);
    const agent = lab.agent()?.pid ?? 0;
    const mib = peakMiB(agent);
    expect(mib).toBeGreaterThan(30);
    expect(mib).toBeLessThan(80e6 / 2 ** 20);
    process.kill(agent, 'SIGTERM'); // the driver's tool ends with its agent
    await until('its end', () => lab.processes().length === 0);
  });
});
