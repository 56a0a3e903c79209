import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NvidiaSmi } from '../../../src/worker/telemetry/nvidia-smi.ts';

/** The machine may be busy. */
const patiently = { timeout: 15_000 };
let folder: string;
let nvidia: NvidiaSmi | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-smi-'));
});

afterEach(() => {
  nvidia?.close();
  rmSync(folder, { recursive: true });
});

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../fixtures/nvidia-smi/${name}.txt`), 'utf8');

/** Reads a driver whose tool is this script; `$0.started` has a line for each start for GPUs. */
function reading(script: string): { readonly smi: NvidiaSmi; readonly starts: () => number[] } {
  const program = join(folder, 'nvidia-smi');
  const startsNoted = 'case $1 in --query-gpu*) date +%s%3N >> "$0.started" ;; *) exec sleep 600 ;; esac';
  writeFileSync(program, `#!/bin/sh\n${startsNoted}\n${script}\n`);
  chmodSync(program, 0o755);
  const smi = new NvidiaSmi({
    program,
    hardware: () => 'on-bus',
    hostMemoryBytes: 128 * 2 ** 30,
    now: () => performance.now(),
    changed: () => {},
  });
  nvidia = smi;
  const file = `${program}.started`;
  return {
    smi,
    starts: () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []),
  };
}

/** A command that prints a recorded output and stays. */
const says = (name: string): string => `cat <<'END'\n${fixture(name)}END\nexec sleep 600`;

describe('nvidia-smi', () => {
  it('of a driver before MIG is asked again without it', async () => {
    const old = fixture('418.87-gtx-780-old-field').trim();
    const { smi, starts } = reading(
      `case $1 in *mig*) echo '${old}'; exit 2 ;; esac\n${says('418.87-gtx-780')}`,
    );
    await expect.poll(() => smi.facts?.length, patiently).toBe(1);
    expect(smi.facts).toMatchObject([{ index: 0, name: 'GeForce GTX 780' }]);
    expect(smi.problem).toBeNull();
    expect(starts()).toHaveLength(2);
  });

  it('that ends is started again, each time after a longer pause', async () => {
    const { smi, starts } = reading(`cat <<'END'\n${fixture('version-mismatch')}END\nexit 18`);
    await expect.poll(() => starts().length, patiently).toBe(3);
    const [first = 0, second = 0, third = 0] = starts();
    expect(second - first).toBeGreaterThan(900);
    expect(third - second).toBeGreaterThan(1_900);
    await expect.poll(() => smi.facts, patiently).toEqual([]);
    expect(smi.isBroken).toBe(true);
    expect(smi.problem).toBe('Failed to initialize NVML: Driver/library version mismatch');
  });

  it('that was mended is asked again at once, and not after its pause', async () => {
    const { smi } = reading(`[ -e "$0.mended" ] || exit 9\n${says('580.95-h100')}`);
    await expect.poll(() => smi.isBroken, patiently).toBe(true);
    writeFileSync(join(folder, 'nvidia-smi.mended'), '');
    smi.askAgain();
    expect([smi.facts, smi.isBroken]).toEqual([null, false]);
    await expect.poll(() => (smi.facts ?? []).length, { timeout: 2_500 }).toBeGreaterThan(0);
  });

  it('that ends without a word shows none of the GPUs that there are, and says so', async () => {
    const { smi } = reading('exit 0');
    await expect.poll(() => smi.problem, patiently).toBe('nvidia-smi ended without a word');
    expect(smi.facts).toBeNull();
    await expect.poll(() => smi.isBroken, patiently).toBe(true);
    expect(smi.facts).toEqual([]);
  });

  it('that fails while its driver is loaded, and then tells of GPUs, breaks nothing', async () => {
    const loads = `[ $(wc -l < "$0.started") -gt 2 ] || { echo 'NVIDIA-SMI has failed because it could not communicate'; exit 9; }`;
    const { smi } = reading(
      `${loads}\nwhile :; do echo '${fixture('580.95-h100').split('\n')[0]}'; sleep 1; done`,
    );
    await expect.poll(() => smi.facts?.length ?? 0, patiently).toBeGreaterThan(0);
    expect(smi.isBroken).toBe(false);
    await expect.poll(() => smi.problem, patiently).toBeNull();
  });

  it('that fails for good after it has told of GPUs is broken, they stay known, and one question mends it', async () => {
    const breaks = `[ -e "$0.broken" ] && { echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18; }`;
    const tells = `while [ ! -e "$0.broken" ]; do cat <<'END'\n${fixture('580.95-h100')}END\nsleep 0.2; done; exit 9`;
    const { smi } = reading(`${breaks}\n${tells}`);
    await expect.poll(() => (smi.facts ?? []).length, patiently).toBeGreaterThan(0);
    const { facts } = smi;
    const broken = join(folder, 'nvidia-smi.broken');
    writeFileSync(broken, '');
    await expect.poll(() => smi.isBroken, patiently).toBe(true);
    expect(smi.facts).toEqual(facts);
    expect(smi.problem).toMatch(/version mismatch/);
    rmSync(broken);
    smi.askAgain();
    expect([smi.facts, smi.isBroken]).toEqual([null, false]);
    await expect.poll(() => smi.facts, { timeout: 2_500 }).toEqual(facts);
    expect(smi.isBroken).toBe(false);
  });

  it('that tells of one GPU in trouble tells of the others all the same', async () => {
    const { smi } = reading(says('535.183-fallen-off-the-bus'));
    await expect.poll(() => smi.facts, patiently).toMatchObject([{ index: 0 }]);
    expect(smi.problem).toMatch(/Unable to determine the device handle/);
    expect(smi.gpus).toHaveLength(1);
  });

  it('tells of a GPU that works in the memory of its host', async () => {
    const { smi } = reading(says('580.126-gb10'));
    await expect.poll(() => smi.facts?.[0]?.memoryBytes, patiently).toBe(128 * 2 ** 30);
  });

  it('that is not there is a host without GPUs, and nothing is started', () => {
    const none = { program: null, hostMemoryBytes: 0, now: () => 0, changed: () => {} };
    nvidia = new NvidiaSmi({ ...none, hardware: () => 'behind-wsl' });
    expect([nvidia.facts, nvidia.problem, nvidia.isBroken]).toEqual([[], null, false]);
    nvidia = new NvidiaSmi({ ...none, hardware: () => 'on-bus' });
    const problem = 'it has an NVIDIA GPU, and there is no nvidia-smi';
    expect([nvidia.facts, nvidia.problem, nvidia.isBroken]).toEqual([[], problem, false]);
  });
});
