import { describe, expect, test } from 'vitest';
import { HostNotices, hostNewsText } from '../../src/board/host-notices.ts';
import { liveHost, withGpus } from './live.ts';
import type { LiveInput } from '../told.ts';

type Live = LiveInput['hosts'][number];

/** What is told of hosts as they are, one after the other, a second apart. */
function told(...moments: readonly Partial<Live>[]): string[] {
  const notices = new HostNotices();
  return moments.flatMap((moment, second) =>
    notices.news({ hosts: [liveHost('ash', moment)] }, second * 1_000).map(hostNewsText),
  );
}

const full = (freeBytes: number): Partial<Live> => ({
  holds: [
    {
      attempt: 'a',
      refusals: [{ kind: 'disk', freeBytes, limitBytes: 2 ** 31, askedBytes: 0, folder: '/lab' }],
    },
  ],
});

describe('what keeps a host from being used', () => {
  test('is told once, and that it can be used again', () => {
    const away: Partial<Live> = { state: 'unreachable', because: 'it does not answer.' };
    expect(told({ state: 'connecting' }, away, away, { state: 'preparing' }, {}, {}, away)).toEqual([
      'ash cannot be used: it does not answer.',
      'ash can be used again',
      'ash cannot be used: it does not answer.',
    ]);
  });

  test('is told of one that is used as well, as long as something is amiss', () => {
    const amiss: Partial<Live> = { because: 'its trials end with the connection.' };
    expect(told(amiss, amiss, { state: 'unreachable', because: 'gone.' }, amiss)).toEqual([
      'ash: its trials end with the connection.',
      'ash cannot be used: gone.',
      'ash: its trials end with the connection.',
    ]);
  });

  test('is told anew where it is something else', () => {
    expect(
      told({ state: 'unreachable', because: 'one' }, { state: 'unprepared', because: 'another' }),
    ).toEqual(['ash cannot be used: one', 'ash cannot be used: another']);
  });

  test('is told of a host that holds everything back for a while, once however its figures change', () => {
    const text =
      'ash starts nothing now: 5 B of disk are free in /lab; nothing starts under 2 GiB (`limits.disk` in inventory.json); make room there: `labsweep hosts clean` removes what ended trials have left';
    expect(told(...[0, 1, 2, 3, 4, 5, 6, 7, 8].map(full))).toEqual([text]);
  });

  test('is told once of what only its figures change', () => {
    const refused = (freeMib: number, seconds: number): Partial<Live> => ({
      state: 'unreachable',
      because: `its disk has no room left in /h (${freeMib} MiB were free when it was entered ${seconds} s ago)`,
    });
    expect(told(refused(3, 1), refused(2.5, 2), refused(2, 3), refused(512, 4))).toHaveLength(1);
    const { facts } = withGpus();
    const silent = (seconds: number): Partial<Live> => ({
      facts: facts === null ? null : { ...facts, gpuProblem: `nvidia-smi does not answer for ${seconds} s` },
    });
    expect(told(silent(30), silent(31), silent(32))).toHaveLength(1);
  });

  test('is told without the names of other people: it may be kept', () => {
    const there = { processes: 1, users: ['mina'], idleMs: 0, idleAfterMs: 600_000 };
    const refusals: Live['holds'][number]['refusals'][] = [
      [{ kind: 'hold', file: '/tmp/labsweep-hold', user: 'mina', ms: 60_000 }],
      [
        {
          kind: 'gpus',
          devices: [{ device: 'GPU-0', index: 0, refusals: [{ kind: 'gpu-others', ...there }] }],
        },
      ],
      [
        {
          kind: 'gpus',
          devices: [{ device: 'GPU-0', index: 0, refusals: [{ kind: 'gpu-owner', owner: 'ana', ...there }] }],
        },
      ],
      [
        {
          kind: 'gpus',
          devices: [
            {
              device: 'GPU-0',
              index: 0,
              refusals: [{ kind: 'gpu-turn', user: 'mina', theirSeconds: 60, ourSeconds: 120 }],
            },
          ],
        },
      ],
    ];
    const texts = refusals.map((held) =>
      told(...Array.from({ length: 9 }, () => ({ holds: [{ attempt: 'a', refusals: held }] }))).join(),
    );
    expect(texts).toEqual([
      'ash starts nothing now: somebody has kept the host free for 1 min by touching /tmp/labsweep-hold: nothing starts until that file is removed',
      'ash starts nothing now: GPU 0 is in use: 1 process of others is on it (where the inventory says `"policy": "shared"`, trials run beside them)',
      "ash starts nothing now: GPU 0 is ana's, used only while idle: 1 process of others is on it",
      "ash starts nothing now: GPU 0 is left to another account, of whom a trial waits: of late another account has used 1 min of the host's GPUs, and you 2 min",
    ]);
  });

  test('is not told where trials run, or wait for one another', () => {
    const running = [{ attempt: 'a', trial: 't', device: 'cpu', sinceMs: 1 }];
    const waits: Partial<Live> = {
      holds: [{ attempt: 'a', refusals: [{ kind: 'slots', running: 2, limit: 2 }] }],
    };
    expect(told(...Array.from({ length: 9 }, () => ({ ...full(1), running })))).toEqual([]);
    expect(told(...Array.from({ length: 9 }, () => waits))).toEqual([]);
  });

  test('is told of GPUs that the driver does not show, once', () => {
    const { facts } = withGpus();
    const gpuProblem = 'No devices were found';
    const silent: Partial<Live> = { facts: facts === null ? null : { ...facts, gpus: [], gpuProblem } };
    expect(told({ facts }, silent, {}, silent)).toEqual([
      'ash has trouble with its GPUs: No devices were found; its driver sees none of its GPUs: look at dmesg there; a reboot may mend it',
    ]);
  });

  test('is told of each GPU that does not work, once', () => {
    const { facts } = withGpus({}, {});
    const found = facts?.gpus ?? [];
    const troubled = (...indices: readonly number[]): Partial<Live> => ({
      facts: facts && {
        ...facts,
        gpus: found.map((gpu) => ({
          ...gpu,
          problem: indices.includes(gpu.index) ? 'GPU requires reset' : null,
        })),
      },
    });
    expect(told(troubled(), troubled(1), troubled(1), troubled(0, 1))).toEqual([
      'ash has trouble with its GPUs: GPU 1: GPU requires reset; root resets it with nvidia-smi --gpu-reset, or a reboot does',
      'ash has trouble with its GPUs: GPU 0 and 1: GPU requires reset; root resets it with nvidia-smi --gpu-reset, or a reboot does',
    ]);
  });
});
