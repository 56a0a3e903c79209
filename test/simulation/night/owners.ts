/** People who come to a GPU, work there for a while, and leave: owners to what is theirs, guests to what is nobody's. */
import type { Random } from '../random.ts';
import { gib, type Machine } from './machines.ts';

export interface Owner {
  readonly machine: Machine;
  /** Numbers of the GPUs that they come to. */
  readonly gpus: readonly number[];
  /** Bytes that they need of each, and of the host, before they can begin. */
  readonly gpuBytes: number;
  readonly hostBytes: number;
  /** Share of each GPU that they keep busy, and processes that run on the host's cores for them. */
  readonly busy: number;
  readonly processes: number;
  /** Whether the inventory says that the GPUs are theirs. */
  readonly isListed: boolean;
  /** In seconds of the night. */
  readonly visits: readonly { readonly from: number; readonly to: number }[];
}

const places = [
  { host: 4, gpus: [0, 1] },
  { host: 9, gpus: [0, 1, 2] },
] as const;
const guestPlaces = [
  { host: 2, gpus: [0] },
  { host: 5, gpus: [1] },
  { host: 7, gpus: [0] },
  { host: 10, gpus: [2] },
  { host: 13, gpus: [0, 1] },
] as const;
const untilSeconds = 60_000;

export const ownersOf = (random: Random, machines: readonly Machine[]): Owner[] =>
  places.flatMap(({ host, gpus }) => {
    const machine = machines[host];
    const [gpu] = machine?.gpus ?? [];
    if (machine === undefined || gpu === undefined) return [];
    const visits = visitsOf(random);
    const gpuBytes = gpu.bytes * (0.5 + 0.3 * random.next());
    const hostBytes = machine.bytes * (0.2 + 0.3 * random.next());
    return [{ machine, gpus, gpuBytes, hostBytes, busy: 0.9, processes: 4, isListed: true, visits }];
  });

/** They try something small: most of the GPU stays free beside them. */
export const guestsOf = (random: Random, machines: readonly Machine[]): Owner[] =>
  guestPlaces.flatMap(({ host, gpus }) => {
    const machine = machines[host];
    if (machine === undefined) return [];
    const visits = visitsOf(random);
    const gpuBytes = gib * (1 + random.next());
    const busy = 0.15 + 0.2 * random.next();
    return [{ machine, gpus, gpuBytes, hostBytes: gib, busy, processes: 1, isListed: false, visits }];
  });

function visitsOf(random: Random): Owner['visits'] {
  const visits = [];
  for (let from = random.between(600, 2_400); from < untilSeconds; ) {
    const to = from + random.between(900, 3_600);
    visits.push({ from, to });
    from = to + random.between(900, 4_800);
  }
  return visits;
}

export const processesOf = (owners: readonly Owner[]): number =>
  owners.reduce((sum, { processes }) => sum + processes, 0);

export const isThere = ({ visits }: Owner, second: number): boolean =>
  visits.some(({ from, to }) => second >= from && second < to);
