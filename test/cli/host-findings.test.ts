import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/cli/host-findings.ts';
import { resourceFindings } from '../../src/cli/resource-findings.ts';
import type { Inspection } from '../../src/coordinator/fleet/inspect.ts';
import { readProbe } from '../../src/coordinator/fleet/probe.ts';
import type { PointDeclaration } from '../../src/ledger/events.ts';
import type { HostFacts } from '../../src/protocol/messages.ts';
import { readLimits } from '../../src/model/limits/limit-settings.ts';
import { limitsOf, noLimits } from '../../src/throttle/limits.ts';
import { factsOf } from '../worker/core/world.ts';
import { trialId } from '../../src/model/ids.ts';

const gib = 1024 ** 3;

/** What the look at an ordinary host says. */
const said = `labsweep-probe-1
user mina
shell /bin/bash
home /home/mina
folder /home/mina/.labsweep
folderProblem 
runs yes
fileSystem xfs
freeKib ${200 * 1024 ** 2}
folderId 1
os Linux
arch x86_64
glibc glibc 2.31
machine m
hostname m
ownership ours
inTheWay 
bootId b
load 0.1
cores 4
clock 1
node /usr/bin/node
nodeVersion 24.0.0
agent yes
started 
startProblem 
`;

function inspected(facts: Partial<HostFacts>): Extract<Inspection, { kind: 'entered' }> {
  const probe = readProbe(said);
  if (probe === null) throw new Error('the look is read');
  return {
    kind: 'entered',
    probe,
    facts: factsOf(facts),
    enteredMs: 400,
    clockAheadMs: 0,
    detached: true,
    launch: null,
  };
}

const gpu = (index: number, name: string) => ({
  uuid: `GPU-${index}`,
  index,
  name,
  memoryBytes: 11 * gib,
  problem: null,
});

const worries = (facts: Partial<HostFacts>): string[] =>
  findingsOf(inspected(facts), noLimits)
    .slice(2)
    .map(({ level, text }) => `${level} ${text}`);

describe('GPUs of a host', () => {
  it('are told by kind', () => {
    const gpus = [gpu(0, 'Titan X'), gpu(1, 'Titan X'), gpu(2, 'A100')];
    expect(worries({ gpus })).toEqual(['good 2 GPUs: Titan X, 11 GiB each', 'good 1 GPU: A100, 11 GiB']);
    expect(worries({ gpus: [] })).toEqual([]);
  });

  it('that the driver does not tell of are bad, in its words', () => {
    const gpuProblem = 'Failed to initialize NVML: Driver/library version mismatch';
    const remedy =
      'its driver was updated and the old one still runs: a reboot mends it, or root who unloads the old one (rmmod)';
    expect(worries({ gpus: [], gpuProblem, gpusBroken: true })).toEqual([
      `bad of its GPUs: ${gpuProblem}; trials that may use a GPU wait; ${remedy}`,
    ]);
    expect(worries({ gpus: null })).toEqual([
      'bad nvidia-smi has said nothing for 32 s, and no trial that may use a GPU starts before it does; run it there',
    ]);
  });
});

describe('the disk of a host', () => {
  it('that could never have as much free as the inventory asks for is told as that', () => {
    const found = findingsOf(inspected({ diskBytes: 100 * gib }), { ...noLimits, diskBytes: 200 * gib });
    expect(found.map(({ text }) => text)).toContain(
      'the disk of /home/mina/.labsweep has 100 GiB in all; nothing starts under 200 GiB (`limits.disk` in inventory.json); set that to less, or give the host another "folder" in inventory.json',
    );
  });
});

describe('GPUs of a host that do not work', () => {
  it('are bad, those with the same words together, with what mends them', () => {
    const lost = (index: number, problem: string) => ({ ...gpu(index, 'A'), problem });
    const gpus = [lost(0, 'GPU requires reset'), gpu(1, 'A'), lost(2, 'GPU requires reset')];
    expect(worries({ gpus }).slice(1)).toEqual([
      'bad GPU 0 and 2: GPU requires reset; no trial is put there; root resets it with nvidia-smi --gpu-reset, or a reboot does',
    ]);
    const split = 'it is split by MIG, whose parts labsweep does not hand out yet';
    expect(worries({ gpus: [lost(0, split)] }).slice(1)).toEqual([
      `bad GPU 0: ${split}; no trial is put there; root ends that with nvidia-smi -mig 0`,
    ]);
  });
});

describe('what a sweep asks for', () => {
  const point = (resources: Partial<PointDeclaration['resources']>): PointDeclaration => ({
    params: {},
    case: null,
    shape: 's',
    resources: {
      cpus: 1,
      gpus: 0,
      gpuMemoryBytes: null,
      hostMemoryBytes: null,
      diskBytes: null,
      ...resources,
    },
    parameters: null,
    operations: null,
    trials: [trialId('t')],
  });
  const found = (...points: PointDeclaration[]): string[] =>
    resourceFindings(points, limitsOf(noLimits), inspected({ gpus: [gpu(0, 'Titan X')] })).map(
      ({ level, text }) => `${level} ${text}`,
    );

  it('fits, fits in part, or not at all', () => {
    const large = point({ gpus: 1, gpuMemoryBytes: 20 * gib });
    expect(found(point({}), point({ gpus: 1 }))).toEqual(['good 2 points fit the host when it is idle']);
    expect(found(point({}), large)).toEqual([
      'note 1 of 2 points do not fit and are left to other hosts: GPU 0 has 10.4 GiB of 11 GiB to give where 20 GiB are needed',
    ]);
    expect(found(large)).toEqual([
      expect.stringMatching(/^bad no point fits: GPU 0 has 10\.4 GiB .*; ask for less/),
    ]);
  });

  it('may be more cores or more disk than there are', () => {
    expect(found(point({ cpus: 16, diskBytes: 500 * gib }))).toEqual([
      'good 1 point fits the host when it is idle',
      'note asks for 16 cores of 4: such a trial runs there alone',
      'bad 200 GiB are free in /home/mina/.labsweep; nothing starts under 502 GiB: 2 GiB that stay free (`limits.disk` in inventory.json) and 500 GiB of `resources.disk`; make room or set "folder"',
    ]);
  });
});

describe('the memory of a host', () => {
  const what = (memoryOfGroup: boolean) =>
    findingsOf(inspected({ memoryBytes: 600 * 2 ** 20, memoryOfGroup }), noLimits)[1]?.text;

  it('is said to be what a control group allows, where the machine has more', () => {
    expect(what(true)).toContain('600 MiB (what its control group allows)');
    expect(what(false)).not.toContain('control group');
  });
});

describe('what the inventory says of GPUs', () => {
  const said = (facts: Partial<HostFacts>, ...named: number[]) =>
    findingsOf(inspected(facts), {
      ...noLimits,
      devices: named.map((index) => ({ gpu: index, owner: null, policy: 'shared', hours: null, off: null })),
    }).filter(({ level }) => level === 'bad');

  it('is held against those that are there', () => {
    expect(said({ gpus: [gpu(0, 'A'), gpu(1, 'A')] }, 1, 7, 8)).toEqual([
      {
        level: 'bad',
        text: 'its `devices` in inventory.json name GPU 7 and 8, and the host has GPU 0 and 1: what they say of them holds for none',
      },
    ]);
    expect(said({ gpus: [] }, 7)).toEqual([
      {
        level: 'bad',
        text: 'its `devices` in inventory.json name GPU 7, and the host has no GPU: what they say of it holds for none',
      },
    ]);
    expect(said({ gpus: [gpu(0, 'A')] }, 0)).toEqual([]);
  });

  it('is not asked while a driver fails to show some', () => {
    expect(said({ gpus: [gpu(0, 'A')], gpuProblem: 'WARNING: infoROM is corrupted' }, 7)).toEqual([]);
  });
});

const limitsIn = (input: Parameters<typeof readLimits>[0]): typeof noLimits => ({
  ...noLimits,
  ...readLimits(input),
});

describe('limits of the inventory', () => {
  const notGood = (limits: Parameters<typeof findingsOf>[1], load = 0.1): string[] => {
    const found = inspected({ memoryBytes: 16 * gib });
    return findingsOf({ ...found, probe: { ...found.probe, load } }, limits).flatMap(({ level, text }) =>
      level === 'good' ? [] : [`${level} ${text}`],
    );
  };

  it('that leave all memory free are found', () => {
    expect(notGood(limitsIn({ hostMemory: 15 * gib }))).toEqual([]);
    expect(notGood(limitsIn({ hostMemory: 30 * gib }))).toEqual([
      'bad 30 GiB of memory stay free (`limits.hostMemory` in inventory.json), and there is no more than 16 GiB: nothing starts there; set it to less',
    ]);
  });

  it('say from which load on trials wait', () => {
    const busy = 8.28 * 4;
    expect(notGood(noLimits, busy)).toEqual([
      `note load ${busy} on ${factsOf().cpus} cores: trials that take cores wait until others are done`,
    ]);
    expect(notGood(limitsIn({ load: 50 }), busy)).toEqual([]);
  });
});

describe('the disk of a host', () => {
  const said = (diskBytes: number | null): string[] =>
    findingsOf(inspected({}), { ...noLimits, diskBytes }).flatMap(({ level, text }) =>
      level === 'bad' ? [text] : [],
    );

  it('is held against what the inventory leaves free', () => {
    expect(said(null)).toEqual([]);
    expect(said(300 * gib)).toEqual([
      'only 200 GiB free in /home/mina/.labsweep: nothing starts under 300 GiB (`limits.disk` in inventory.json); make room or set "folder"',
    ]);
  });
});
