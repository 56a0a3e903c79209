/** What nvidia-smi says on machines in trouble, and what becomes of each: seen by the agent, and told to a person. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gpuRemedy } from '../../../src/model/refusal/gpu-remedy.ts';
import { gpuHardware } from '../../../src/worker/telemetry/gpu-hardware.ts';
import { NvidiaSmi } from '../../../src/worker/telemetry/nvidia-smi.ts';

const patiently = { timeout: 15_000 };
let folder: string;
const opened: NvidiaSmi[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-smi-'));
});
afterEach(() => {
  for (const smi of opened.splice(0)) smi.close();
  rmSync(folder, { recursive: true });
});

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../fixtures/nvidia-smi/${name}.txt`), 'utf8');

function reading(script: string, hasGpu: boolean): NvidiaSmi {
  const program = join(folder, 'nvidia-smi');
  writeFileSync(program, `#!/bin/sh\ncase $1 in --query-gpu*) ;; *) exec sleep 600 ;; esac\n${script}\n`);
  chmodSync(program, 0o755);
  const now = (): number => performance.now();
  const smi = new NvidiaSmi({
    program,
    hardware: () => (hasGpu ? 'behind-wsl' : 'none'),
    hostMemoryBytes: 32 * 2 ** 30,
    now,
    changed: () => {},
  });
  opened.push(smi);
  return smi;
}

const says = (...names: readonly string[]): string =>
  names.map((name) => `cat <<'END'\n${fixture(name).trimEnd()}\nEND\n`).join('');

/** What ends the tool on a machine that has a GPU, and what mends it. */
const failures: [name: string, code: number, remedy: RegExp][] = [
  ['version-mismatch', 18, /a reboot mends it/],
  ['permissions', 4, /may not open \/dev\/nvidia\*.*a reboot doesn't help/],
  ['no-driver-library', 12, /library is not there.*a reboot doesn't help/],
  ['no-driver', 9, /not loaded/],
  ['lost-all', 15, /fallen off its bus/],
  ['no-devices', 6, /sees none of its GPUs/],
];

describe('nvidia-smi that fails', () => {
  it.each(failures)('with the words of %s: a server with a GPU is broken', async (name, code, remedy) => {
    const smi = reading(`${says(name)}exit ${code}`, true);
    await expect.poll(() => smi.isBroken, patiently).toBe(true);
    expect(smi.facts).toEqual([]);
    expect(smi.problem).toBe(fixture(name).split('\n')[0]);
    expect(gpuRemedy(smi.problem ?? '')).toMatch(remedy);
  });

  it.each(failures)('with the words of %s: a server without one is well', async (name, code) => {
    const smi = reading(`${says(name)}exit ${code}`, false);
    await expect.poll(() => smi.facts, patiently).toEqual([]);
    expect([smi.problem, smi.isBroken]).toEqual([null, false]);
  });
});

describe('nvidia-smi that tells of GPUs', () => {
  it('beside one that is lost: they are used, and that is said for as long as it is so', async () => {
    const smi = reading(`${says('one-lost-beside-rows', '550.54-rtx-4080-and-3090')}exec sleep 600`, true);
    await expect.poll(() => smi.facts?.length, patiently).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(smi.isBroken).toBe(false);
    expect(smi.problem).toMatch(/^Unable to determine the device handle for GPU1/);
  });

  it('behind a warning: they are used', async () => {
    const smi = reading(`${says('warning-beside-rows', '580.95-h100')}exec sleep 600`, true);
    await expect.poll(() => (smi.facts ?? []).length, patiently).toBeGreaterThan(0);
    expect(smi.isBroken).toBe(false);
    expect(gpuRemedy(smi.problem ?? '')).toMatch(/is used all the same/);
  });

  it('of a Jetson: by a bare UUID, in the memory of its host', async () => {
    const smi = reading(`${says('jetson')}exec sleep 600`, false);
    await expect
      .poll(() => smi.facts, patiently)
      .toEqual([
        {
          uuid: '54d0709b-1111-5b5b-9c9c-0123456789ab',
          index: 0,
          name: 'Orin (nvgpu)',
          memoryBytes: 32 * 2 ** 30,
          problem: null,
        },
      ]);
    expect(smi.problem).toBeNull();
  });

  it('after 20 s: they are looked for until then', { timeout: 40_000 }, async () => {
    const smi = reading(`sleep 20\n${says('580.95-h100')}exec sleep 600`, true);
    await new Promise((resolve) => setTimeout(resolve, 18_000));
    expect([smi.facts, smi.problem, smi.isBroken]).toEqual([null, null, false]);
    await expect.poll(() => (smi.facts ?? []).length, patiently).toBeGreaterThan(0);
    expect([smi.problem, smi.isBroken]).toEqual([null, false]);
  });
});

describe('a machine', () => {
  const device = (name: string, vendor: string, kind: string): void => {
    const path = join(folder, 'sys/bus/pci/devices', name);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'vendor'), `${vendor}\n`);
    writeFileSync(join(path, 'class'), `${kind}\n`);
  };

  it('has a GPU of NVIDIA where its bus shows one', () => {
    expect(gpuHardware(folder)).toBe('none');
    device('0000:00:02.0', '0x8086', '0x030000');
    device('0000:01:00.1', '0x10de', '0x040300'); // the sound of a GPU
    expect(gpuHardware(folder)).toBe('none');
    device('0000:3b:00.0', '0x10de', '0x030200');
    expect(gpuHardware(folder)).toBe('on-bus');
  });

  it('behind WSL has one where Windows hands it in', () => {
    mkdirSync(join(folder, 'dev'));
    writeFileSync(join(folder, 'dev/dxg'), '');
    expect(gpuHardware(folder)).toBe('behind-wsl');
  });
});
