import { describe, expect, it } from 'vitest';
import { outcomeText } from '../../src/model/result/outcome-text.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { type DeviceRefusal, deviceRefusalSchema } from '../../src/model/refusal/device-refusal.ts';
import { type Refusal, refusalSchema, refusalText } from '../../src/model/refusal/refusal.ts';

const gib = 2 ** 30;
const unnamed = { users: [], idleMs: 0, idleAfterMs: 600_000 };

describe('P6 a refusal is a sentence with its figures', () => {
  const sentences: [Refusal, string][] = [
    [{ kind: 'slots', running: 4, limit: 4 }, '4 trials of 4 allowed at once are running'],
    [{ kind: 'slots', running: 1, limit: 1 }, '1 trial of 1 allowed at once is running'],
    [{ kind: 'cpus', needCpus: 1, freeCpus: 0.5, totalCpus: 2 }, 'needs 1 core; 0.5 of 2 are free'],
    [
      { kind: 'cpus', needCpus: 1, freeCpus: -6, totalCpus: 2 },
      'needs 1 core; trials there hold 8 of 2 already',
    ],
    [
      {
        kind: 'memory',
        needBytes: 3 * gib,
        freeBytes: 2.25 * gib,
        totalBytes: 8 * gib,
        ofGroup: false,
        keptBytes: gib,
        claimed: [],
      },
      'needs 3 GiB of memory; 2.3 GiB of 8 GiB are free, besides 1 GiB that always stay free',
    ],
    [
      {
        kind: 'memory',
        needBytes: 3 * gib,
        freeBytes: gib,
        totalBytes: 8 * gib,
        ofGroup: false,
        keptBytes: gib,
        claimed: [
          { user: 'ana', bytes: 4 * gib },
          { user: 'user 1005', bytes: gib },
        ],
      },
      'needs 3 GiB of memory; 1 GiB of 8 GiB are free, besides 1 GiB that always stay free (ana claims 4 GiB, user 1005 claims 1 GiB)',
    ],
    [
      {
        kind: 'memory',
        needBytes: 3 * gib,
        freeBytes: gib,
        totalBytes: 2 * gib,
        ofGroup: true,
        keptBytes: 0,
        claimed: [],
      },
      'needs 3 GiB of memory; 1 GiB of the 2 GiB that its control group allows are free',
    ],
    [
      {
        kind: 'memory',
        needBytes: gib,
        freeBytes: 0,
        totalBytes: 2 * gib,
        ofGroup: false,
        keptBytes: 3 * gib,
        claimed: [],
      },
      '3 GiB of memory stay free (`limits.hostMemory` in inventory.json), and there is no more than 2 GiB: nothing starts there; set it to less',
    ],
    [
      { kind: 'turn', user: 'ines', theirSeconds: 11_160, ourSeconds: 144_000 },
      "the host is left to ines, of whom a trial waits: of late ines has used 3 h 6 min of the host's cores, and you 1 d 16 h",
    ],
    [{ kind: 'claims', because: 'nobody hears' }, 'takes one trial at a time: nobody hears'],
    [
      { kind: 'load', othersLoad: 3.456, limit: 1.5 },
      "others want 3.46 of the host's cores; nothing starts until that is 1.5 or less for 2 min",
    ],
    [
      { kind: 'pressure', share: 0.34, limit: 0.05 },
      'the host is short of memory: something there waits for it 34 % of the time; nothing that takes memory starts until that is 5 % or less',
    ],
    [
      { kind: 'swap', bytes: 12 * 2 ** 20, limitBytes: 2 ** 18 },
      'the host is short of memory: 12 MiB a second come back from swap; nothing that takes memory starts until that is 256 KiB or less',
    ],
    [
      {
        kind: 'disk',
        freeBytes: gib,
        limitBytes: 5 * gib,
        askedBytes: 3 * gib,
        folder: '/lab',
        totalBytes: 4 * gib,
      },
      'the disk of /lab has 4 GiB in all; nothing starts under 5 GiB: 2 GiB that stay free (`limits.disk` in inventory.json) and 3 GiB that it asks for (`resources.disk` of the sweep); ask for less, or give the host another "folder" in inventory.json',
    ],
    [
      {
        kind: 'disk',
        freeBytes: gib,
        limitBytes: 2 * gib,
        askedBytes: 0,
        folder: '/home/mina/.labsweep',
        totalBytes: null,
      },
      '1 GiB of disk are free in /home/mina/.labsweep; nothing starts under 2 GiB (`limits.disk` in inventory.json); make room there: `labsweep hosts clean` removes what ended trials have left',
    ],
    [
      {
        kind: 'disk',
        freeBytes: gib,
        limitBytes: 5 * gib,
        askedBytes: 3 * gib,
        folder: null,
        totalBytes: null,
      },
      '1 GiB of disk are free; nothing starts under 5 GiB: 2 GiB that stay free (`limits.disk` in inventory.json) and 3 GiB that it asks for (`resources.disk` of the sweep); make room there: `labsweep hosts clean` removes what ended trials have left',
    ],
    [
      { kind: 'filled-disk', times: 2, wroteBytes: 3 * gib, beganBytes: 4 * gib },
      'ran out of disk space 2 times while nothing else ran there: it had written 3 GiB, and 4 GiB were free when it began; make room there, give the host another "folder" in inventory.json, or let it write less (work files, checkpoints, artifacts)',
    ],
    [{ kind: 'went-down' }, 'the host went down while it ran alone there, so only another one takes it'],
    [
      { kind: 'alone', running: 2 },
      'it runs alone, since hosts went down under it or it was short of memory or disk space twice: it waits for 2 trials to end there',
    ],
    [
      { kind: 'beside', attempt: 'ab-3' },
      'attempt ab-3 runs alone there, since hosts went down under its trial or it was short of memory or disk space twice',
    ],
    [
      { kind: 'ramp', attempt: 'ab-3' },
      'waits until the memory of attempt ab-3 has settled, the first of its kind',
    ],
    [
      { kind: 'stale', ageMs: 4200, because: null },
      "the host's figures are 4.2 s old, and nothing starts by old ones",
    ],
    [
      { kind: 'stale', ageMs: 4200, because: '/proc/stat could be read before, and cannot be read now' },
      "the host's figures are 4.2 s old, and nothing starts by old ones: /proc/stat could be read before, and cannot be read now",
    ],
    [{ kind: 'stale', ageMs: Number.MAX_SAFE_INTEGER, because: null }, 'the host has told no figures yet'],
    [
      { kind: 'hold', file: '/tmp/labsweep-hold', user: 'mina', ms: 754_321 },
      'mina has kept the host free for 12 min 34 s by touching /tmp/labsweep-hold: nothing starts until that file is removed',
    ],
    [{ kind: 'no-gpu', because: null }, 'needs a GPU, and the host has none'],
    [
      { kind: 'no-gpu', because: 'No devices were found' },
      'needs a GPU, and the host shows none: No devices were found',
    ],
    ...(
      [
        [
          { kind: 'gpu-turn', user: 'ines', theirSeconds: 0, ourSeconds: 90 },
          "is left to ines, of whom a trial waits: of late ines has used nothing of the host's GPUs, and you 1 min 30 s",
        ],
        [{ kind: 'gpu-off', because: 'fan broken' }, 'is off: fan broken'],
        [{ kind: 'gpu-reserved', owner: 'mina', hours: null }, 'is reserved for mina'],
        [{ kind: 'gpu-reserved', owner: null, hours: null }, 'is reserved'],
        [
          { kind: 'gpu-reserved', owner: 'mina', hours: 'Mon-Fri 08:00-18:00' },
          "is reserved for mina: Mon-Fri 08:00-18:00, by the host's clock",
        ],
        [
          { kind: 'gpu-owner', owner: 'mina', processes: 1, ...unnamed },
          "is mina's, used only while idle: 1 process of others is on it",
        ],
        [
          { kind: 'gpu-owner', owner: null, processes: 2, ...unnamed, users: ['mina', 'jonas', 'tariq'] },
          'is used only while idle: 2 processes of mina, jonas and tariq are on it',
        ],
        [
          { kind: 'gpu-others', processes: 1, ...unnamed, users: ['mina'] },
          'is in use: 1 process of mina is on it (where the inventory says `"policy": "shared"`, trials run beside them)',
        ],
        [
          {
            kind: 'gpu-owner',
            owner: 'mina',
            processes: 2,
            users: ['mina'],
            idleMs: 240_000,
            idleAfterMs: 600_000,
          },
          "is mina's, used only while idle: 2 processes of mina are on it, and have computed nothing for 4 min: after 10 min trials run beside them",
        ],
        [
          { kind: 'gpu-suspended', attempt: 'ab-3', because: 'GPU 0 was at 91 °C' },
          'lets attempt ab-3 go on first, which stands still: GPU 0 was at 91 °C',
        ],
        [
          { kind: 'gpu-power', watts: 380.4, limitWatts: 350, diedWatts: 460 },
          "would take the host's GPUs to 380 W; trials start there up to 350 W since it went down under 460 W",
        ],
        [
          { kind: 'gpu-power', watts: 380, limitWatts: 350, diedWatts: null },
          "would take the host's GPUs to 380 W; trials start there up to 350 W",
        ],
        [
          { kind: 'gpu-unknown', attempt: 'ab-3' },
          'has attempt ab-3, and nobody knows yet what such trials take together: until the first of each sweep has ended, each has a GPU to itself',
        ],
        [
          { kind: 'gpu-busy', taken: 0.9, needs: 0.55, running: 1 },
          'has no time for it: the trial there keeps it 90 % busy, and it would need 55 %; together all of them would only be slower',
        ],
        [
          { kind: 'gpu-busy', taken: 1.1, needs: 0.55, running: 2 },
          'has no time for it: the 2 trials there keep it 100 % busy, and it would need 55 %; together all of them would only be slower',
        ],
        [{ kind: 'gpu-claims', because: 'nobody hears' }, 'takes one trial at a time: nobody hears'],
        [
          { kind: 'gpu-failed', because: 'GPU requires reset' },
          'does not work: GPU requires reset; root resets it with nvidia-smi --gpu-reset, or a reboot does',
        ],
        [{ kind: 'gpu-stale', ageMs: 7_410 }, 'has told nothing for 7 s'],
        [
          { kind: 'gpu-memory', needBytes: 8 * gib, freeBytes: gib, totalBytes: 24 * gib, claimed: [] },
          'has 1 GiB of 24 GiB to give where 8 GiB are needed',
        ],
        [{ kind: 'gpu-utilisation', utilisation: 0.987, limit: 0.85 }, 'is 99 % busy, held until under 85 %'],
        [{ kind: 'gpu-temperature', celsius: 91, limitCelsius: 78 }, 'is at 91 °C, held until under 78 °C'],
        [
          { kind: 'gpu-ramp', attempt: 'ab-3' },
          'waits until the memory of attempt ab-3 has settled, the first of its kind',
        ],
      ] satisfies [DeviceRefusal, string][]
    ).map(([refusal, sentence]): [Refusal, string] => [
      { kind: 'gpus', devices: [{ device: 'GPU-a', index: 3, refusals: [refusal] }] },
      `GPU 3 ${sentence}`,
    ]),
    [
      { kind: 'gpus-broken', because: 'Driver/library version mismatch' },
      "may use a GPU, and the host's driver shows none of its GPUs: Driver/library version mismatch; its driver was updated and the old one still runs: a reboot mends it, or root who unloads the old one (rmmod); on the host's cores it runs with `resources: {gpus: 0}`",
    ],
    [
      { kind: 'unprepared', because: '`setup` failed', logTail: '' },
      'the host could not be prepared: `setup` failed',
    ],
    [
      { kind: 'pass-env', names: ['WANDB_API_KEY'] },
      'waits for the value of WANDB_API_KEY: kept in memory only, so it comes with the next coordinator (`labsweep resume`)',
    ],
    [
      {
        kind: 'no-room',
        of: 'trial',
        because: 'it said "disk full"',
      },
      'it found no room on a disk there, and is tried again by itself after a while: it said "disk full"; make room there',
    ],
    [
      { kind: 'no-room', of: 'sweep', because: 'it said "disk full"' },
      'the sweep\'s trials found no room on a disk there, and are tried again by themselves after a while: it said "disk full"; make room there',
    ],
    [{ kind: 'failed-there' }, 'it failed there, so another host is waited for first'],
    [{ kind: 'labels', missing: ['cuda12'] }, 'the host lacks label cuda12'],
    [{ kind: 'labels', missing: ['cuda12', 'big'] }, 'the host lacks labels cuda12, big'],
    [{ kind: 'off', because: 'PSU broken' }, 'the host is off: PSU broken'],
    [{ kind: 'quarantined', because: 'no space' }, 'the host is quarantined: no space'],
    [{ kind: 'unreachable', because: 'refused' }, 'the host cannot be used: refused'],
    [{ kind: 'preparing', what: 'shipping data' }, 'the host is being prepared: shipping data'],
    [{ kind: 'queue', ahead: 0 }, 'it is about to start'],
    [{ kind: 'queue', ahead: 1 }, '1 trial is ahead of it'],
    [{ kind: 'queue', ahead: 7 }, '7 trials are ahead of it'],
    [{ kind: 'concurrent', running: 3, limit: 3 }, "3 of the sweep's 3 trials at once are running"],
    [
      {
        kind: 'outgrown',
        memory: 'host',
        tookBytes: 580 * 2 ** 20,
        ofBytes: 600 * 2 ** 20,
        ofGroup: true,
        saidAtBytes: null,
        totalBytes: 600 * 2 ** 20,
      },
      'ran out of memory with 580 MiB of the 600 MiB that its control group allows; the host has 600 MiB',
    ],
    [
      {
        kind: 'outgrown',
        memory: 'host',
        tookBytes: 20 * gib,
        ofBytes: 24 * gib,
        ofGroup: false,
        saidAtBytes: 12 * 2 ** 20,
        totalBytes: 24 * gib,
      },
      'said that memory ran out, and was seen to hold 12 MiB at most while it could have had 20 GiB of 24 GiB; the host has 24 GiB',
    ],
    [
      {
        kind: 'outgrown',
        memory: 'host',
        tookBytes: 20 * gib,
        ofBytes: 24 * gib,
        ofGroup: false,
        saidAtBytes: 0,
        totalBytes: 24 * gib,
      },
      'said that memory ran out: it ended before anybody had looked at what it held, and could have had 20 GiB of 24 GiB; the host has 24 GiB',
    ],
    [
      {
        kind: 'outgrown',
        memory: 'gpu',
        tookBytes: 23 * 2 ** 30,
        ofBytes: 24 * 2 ** 30,
        ofGroup: false,
        saidAtBytes: null,
        totalBytes: 11 * 2 ** 30,
      },
      "ran out of memory with 23 GiB of 24 GiB; the host's largest GPU has 11 GiB",
    ],
    [{ kind: 'paused' }, 'the sweep is paused'],
  ];
  it.each(sentences)('%o', (refusal, sentence) => expect(refusalText(refusal)).toBe(sentence));

  it('is read here by each kind', () => {
    const read = sentences.map(([refusal]) => refusal);
    const ofGpus = read.flatMap((one) => (one.kind === 'gpus' ? one.devices : []));
    const kinds = new Set([...read, ...ofGpus.flatMap(({ refusals }) => refusals)].map(({ kind }) => kind));
    const all = [refusalSchema, deviceRefusalSchema].flatMap(({ options }) =>
      options.map(({ shape }) => shape.kind.value),
    );
    expect(all.filter((kind) => !kinds.has(kind))).toEqual([]);
  });
});

describe('an outcome is a sentence', () => {
  const failed = { kind: 'failed', reason: 'exit', exitCode: 3, signal: null, message: '' } as const;
  const sentences: [Outcome, string][] = [
    [{ kind: 'succeeded' }, 'succeeded'],
    [failed, 'failed: exit code 3'],
    [{ ...failed, message: 'val_accuracy is NaN' }, 'failed: val_accuracy is NaN'],
    [{ ...failed, exitCode: null, signal: 'SIGSEGV' }, 'failed: ended by SIGSEGV'],
    [{ ...failed, exitCode: null, reason: 'no-result' }, 'failed: without a result'],
    [
      { kind: 'not-started', reason: 'no-such-program', message: 'there is no train' },
      'did not start: there is no train',
    ],
    [{ kind: 'timeout', afterMs: 60_000 }, 'ended at its timeout of 1 min'],
    [{ kind: 'stalled', afterMs: 900_000 }, 'ended after 15 min without a metrics line or any work'],
    [
      { kind: 'no-space', message: 'it said "No space left on device"' },
      'failed for want of disk space: it said "No space left on device"',
    ],
    [{ kind: 'oom', message: 'killed at 7 GiB' }, 'ran out of memory: killed at 7 GiB'],
    [{ kind: 'vanished' }, 'vanished: its process is gone and left no exit status'],
    [{ kind: 'lost', reason: 'reboot' }, 'lost: its host started anew'],
    [{ kind: 'lost', reason: 'shutdown' }, 'lost: its host was shut down'],
    [{ kind: 'evicted', over: 'others', message: 'the owner came back' }, 'gave way: the owner came back'],
    [{ kind: 'cancelled' }, 'cancelled'],
  ];
  it.each(sentences)('%o', (outcome, sentence) => expect(outcomeText(outcome)).toBe(sentence));
});
