/** People who come to a GPU that is theirs, work there for a while, and leave. */
import type { Random } from '../random.ts';
import type { Machine } from './machines.ts';

export interface Owner {
  readonly machine: Machine;
  /** Numbers of the GPUs that are theirs. */
  readonly gpus: readonly number[];
  /** Bytes that they need of each, and of the host, before they can begin. */
  readonly gpuBytes: number;
  readonly hostBytes: number;
  /** In seconds of the night. */
  readonly visits: readonly { readonly from: number; readonly to: number }[];
}

/** Share of a GPU that they keep busy. */
export const ownersBusy = 0.9;
/** Processes that run on the host's cores for them. */
export const ownersProcesses = 4;

const places = [
  { host: 4, gpus: [0, 1] },
  { host: 9, gpus: [0, 1, 2] },
] as const;
const untilSeconds = 60_000;

export const ownersOf = (random: Random, machines: readonly Machine[]): Owner[] =>
  places.flatMap(({ host, gpus }) => {
    const machine = machines[host];
    const [gpu] = machine?.gpus ?? [];
    if (machine === undefined || gpu === undefined) return [];
    const visits = [];
    for (let from = random.between(600, 2_400); from < untilSeconds; ) {
      const to = from + random.between(900, 3_600);
      visits.push({ from, to });
      from = to + random.between(900, 4_800);
    }
    const gpuBytes = gpu.bytes * (0.5 + 0.3 * random.next());
    return [{ machine, gpus, gpuBytes, hostBytes: machine.bytes * (0.2 + 0.3 * random.next()), visits }];
  });

export const isThere = ({ visits }: Owner, second: number): boolean =>
  visits.some(({ from, to }) => second >= from && second < to);
