import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ended } from './laptop.ts';
import { bedIsHere } from './whether-here.ts';

const isHere = bedIsHere();

describe.skipIf(!isHere)('npm run bed', () => {
  const main = join(import.meta.dirname, 'main.ts');
  const up = (count: string, ...command: string[]) =>
    spawn(process.execPath, [main, 'up', count, ...command], { stdio: 'pipe' });
  const folderOf = async (child: ReturnType<typeof up>): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => resolve(text.trim()));
    return promise;
  };

  it('runs a command on the laptop and ends as it ends', async () => {
    const child = up(
      '2',
      '--gpus',
      '1',
      '--without-node',
      '1',
      '--',
      'sh',
      '-c',
      'bed status; ssh host01 nvidia-smi -L; ssh host02 node; exit 7',
    );
    const told = await ended(child);
    expect(told.code).toBe(7);
    expect(told.stdout).toMatch(/^host01 10.77.0.11 up\nhost02 10.77.0.12 up\nGPU 0: NVIDIA/);
    expect(told.stderr).toContain('node: command not found');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('leaves nothing when %s ends it', async (signal) => {
    const child = up('1', '--', 'sh', '-c', 'echo $BED; exec sleep 600');
    const folder = await folderOf(child);
    expect(folder).toContain('labsweep-bed-');
    child.kill(signal);
    await expect.poll(() => existsSync(folder), { timeout: 10_000 }).toBe(false);
  });

  it('opens a shell beside the hosts, and says what can be done in it', async () => {
    const told = await ended(up('1'), 'bed crash host01\nbed status\nexit 3\n');
    expect(told).toMatchObject({ code: 3, stdout: 'host01 10.77.0.11 down\n' });
    expect(told.stderr).toContain('ssh host01');
  });

  it('says how it is used', async () => {
    const told = await ended(up('many'));
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain('npm run bed -- up HOSTS');
  });
});
