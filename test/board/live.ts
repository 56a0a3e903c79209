import { type LiveFigures, liveFiguresSchema } from '../../src/ledger/live-figures.ts';
import type { LiveInput } from '../told.ts';

type LiveHost = LiveFigures['hosts'][number];
type Gpu = NonNullable<LiveHost['figures']>['gpus'][number];

/** A host as the live figures have it: ready and idle, but for what a test says. */
export const liveHost = (name: string, options: Partial<LiveInput['hosts'][number]> = {}): LiveHost =>
  liveFiguresSchema.shape.hosts.element.parse({
    name,
    labels: [],
    state: 'ready',
    because: null,
    facts: null,
    figures: null,
    running: [],
    backlog: 0,
    holds: [],
    others: [],
    ...options,
  });

/** What a live host has where it has GPUs of 16 GiB: figures for each, in the order of the driver. */
export const withGpus = (...gpus: readonly Partial<Gpu>[]): Pick<LiveHost, 'facts' | 'figures'> => ({
  facts: {
    machine: 'm',
    bootId: 'b',
    cpus: 8,
    memoryBytes: 2 ** 36,
    node: 'v24.0.0',
    folder: '/lab',
    pid: 1,
    build: 'b',
    user: 'mina',
    gpus: gpus.map((_, index) => ({
      uuid: `GPU-0000000${index}`,
      index,
      name: 'NVIDIA RTX A4000',
      memoryBytes: 2 ** 34,
      problem: null,
    })),
    gpuProblem: null,
    gpusBroken: false,
    memoryOfGroup: false,
    diskBytes: null,
    environmentProblem: null,
  },
  figures: {
    load: 1,
    othersLoad: 0,
    cores: null,
    memoryPressure: null,
    swapInBytes: null,
    memoryTotalBytes: 2 ** 36,
    memoryAvailableBytes: 2 ** 35,
    diskFreeBytes: 2 ** 38,
    cpusTaken: 0,
    ceiling: null,
    still: [],
    lastOnes: [],
    hold: null,
    weekMinute: null,
    lost: [],
    room: null,
    running: 0,
    gpus: gpus.map((figures, index) => ({
      uuid: `GPU-0000000${index}`,
      memoryUsedBytes: 0,
      memoryTotalBytes: 2 ** 34,
      utilisation: 0,
      temperatureCelsius: 40,
      powerWatts: null,
      powerLimitWatts: null,
      othersProcesses: 0,
      strangers: null,
      others: [],
      problem: null,
      ageMs: 100,
      running: 0,
      oursBytes: 0,
      room: null,
      ...figures,
    })),
  },
});
