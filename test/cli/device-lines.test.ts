import { describe, expect, it } from 'vitest';
import { deviceLines } from '../../src/cli/device-lines.ts';
import type { LiveFigures } from '../../src/ledger/live-figures.ts';
import type { Room } from '../../src/protocol/messages.ts';
import { liveHost, withGpus } from '../board/live.ts';

const gib = 2 ** 30;
const roomOf = (ours: number, coming: number, others: number, headroom: number, free: number): Room => ({
  oursBytes: ours * gib,
  comingBytes: coming * gib,
  othersBytes: others * gib,
  headroomBytes: headroom * gib,
  freeBytes: free * gib,
});

function liveOf(): LiveFigures {
  const { facts, figures } = withGpus(
    { memoryUsedBytes: 6 * gib, utilisation: 0.9, running: 1, room: roomOf(6, 3, 0, 1, 6) },
    { memoryUsedBytes: 10 * gib, othersProcesses: 1, room: roomOf(0, 0, 10, 1, 5) },
    { temperatureCelsius: 86, room: roomOf(0, 0, 0, 1, 15) },
    { temperatureCelsius: 86, room: roomOf(0, 0, 0, 1, 15) },
  );
  if (figures === null) throw new Error('these GPUs have figures');
  const hot = { kind: 'gpu-temperature', celsius: 86, limitCelsius: 78 } as const;
  const on = (index: number) => ({ device: `GPU-0000000${index}`, index });
  const cedar = liveHost('cedar', {
    facts,
    figures: {
      ...figures,
      memoryTotalBytes: 64 * gib,
      memoryAvailableBytes: 48 * gib,
      room: roomOf(10, 6, 6, 6, 36),
    },
    holds: [
      {
        attempt: 'n1-5',
        refusals: [
          { kind: 'load', othersLoad: 9, limit: 8 },
          {
            kind: 'gpus',
            devices: [
              { ...on(0), refusals: [{ kind: 'gpu-busy', taken: 0.9, needs: 0.6, running: 1 }] },
              {
                ...on(1),
                refusals: [{ kind: 'gpu-others', processes: 1, users: [], idleMs: 0, idleAfterMs: 600_000 }],
              },
              { ...on(2), refusals: [hot] },
              { ...on(3), refusals: [hot] },
            ],
          },
        ],
      },
    ],
  });
  return {
    at: 0,
    pid: 1,
    ledger: null,
    events: 0,
    sweeps: [],
    hosts: [cedar],
    carries: [],
    inventoryProblem: null,
  };
}

describe('the devices of status', () => {
  it('show how each memory is divided, and why nothing more starts, by which figure', () => {
    expect(deviceLines(liveOf(), 120).join('\n')).toMatchInlineSnapshot(`
      "
      host   device                  room                           memory used  busy   heat  does
      cedar  memory                  ####++oo---.............  16 GiB of 64 GiB
      cedar  GPU 0 NVIDIA RTX A4000  #########+++++-.........   6 GiB of 16 GiB  90 %  40 °C  1 running
      cedar  GPU 1 NVIDIA RTX A4000  ooooooooooooooo--.......  10 GiB of 16 GiB   0 %  40 °C  idle, 1 process of others
      cedar  GPU 2 NVIDIA RTX A4000  --......................     0 B of 16 GiB   0 %  86 °C  idle
      cedar  GPU 3 NVIDIA RTX A4000  --......................     0 B of 16 GiB   0 %  86 °C  idle
      room: # taken by our trials  + these will take as well  o taken by others  - kept free  . for the next trial

      cedar: others want 9 of the host's cores; nothing starts until that is 8 or less for 2 min
      cedar GPU 0: has no time for it: the trial there keeps it 90 % busy, and it would need 60 %; together all of them would
        only be slower
      cedar GPU 1: is in use: 1 process of others is on it (where the inventory says \`"policy": "shared"\`, trials run beside
        them)
      cedar GPU 2, 3: is at 86 °C, held until under 78 °C"
    `);
  });

  it('fit a narrow terminal, with every reason whole', () => {
    const lines = deviceLines(liveOf(), 60);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(60);
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "
      host   device  room             memory used  does
      cedar  memory  ##+-......  16 GiB of 64 GiB
      cedar  GPU 0   ####++....   6 GiB of 16 GiB  1 running
      cedar  GPU 1   oooooo-...  10 GiB of 16 GiB  idle, 1 proces…
      cedar  GPU 2   -.........     0 B of 16 GiB  idle
      cedar  GPU 3   -.........     0 B of 16 GiB  idle
      room: # taken by our trials  + these will take as well  o
        taken by others  - kept free  . for the next trial

      cedar: others want 9 of the host's cores; nothing starts
        until that is 8 or less for 2 min
      cedar GPU 0: has no time for it: the trial there keeps it 90
        % busy, and it would need 60 %; together all of them would
        only be slower
      cedar GPU 1: is in use: 1 process of others is on it (where
        the inventory says \`"policy": "shared"\`, trials run beside
        them)
      cedar GPU 2, 3: is at 86 °C, held until under 78 °C"
    `);
    const words = (width: number): string[] => deviceLines(liveOf(), width).slice(6).join(' ').split(/\s+/);
    expect(words(60).slice(-20)).toEqual(words(120).slice(-20));
  });

  it('are plain signs: nothing of it needs colours', () => {
    expect(deviceLines(liveOf(), 120).join('')).toMatch(/^[ -~°]*$/);
  });

  it('are not there where nobody coordinates', () => {
    expect(deviceLines(null, 80)).toEqual([]);
  });
});
