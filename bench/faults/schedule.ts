/** What befalls a lab and when, from a seed. No host is hit while it is down from another fault. Pure. */
import type { Random } from '../../test/simulation/random.ts';

export type FaultKind = 'power loss' | 'reboot' | 'cut' | 'agent killed' | 'coordinator killed';

export interface Fault {
  readonly kind: FaultKind;
  /** Null for what befalls the laptop. */
  readonly host: string | null;
  readonly atMs: number;
  /** How long the host is away; 0 where it is not. */
  readonly forMs: number;
}

/** A fault as it came: it takes a host a moment to go down. */
export type Happened = Fault & { readonly untilMs: number };

export interface StormShape {
  readonly counts: Readonly<Record<FaultKind, number>>;
  /** Faults begin within so long. */
  readonly withinMs: number;
  readonly cutMs: readonly [number, number];
  readonly downMs: readonly [number, number];
}

/** A host that was down has to be found again before it is worth hitting: its connection is tried each few seconds. */
const restMs = 8_000;
/** The first trials run by then. */
const startMs = 3_000;

export function scheduleOf(shape: StormShape, hosts: readonly string[], random: Random): Fault[] {
  const freeAt = new Map(hosts.map((host) => [host, 0]));
  const kinds = Object.entries(shape.counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, () => kind as FaultKind),
  );
  return kinds
    .map((kind) => ({ kind, atMs: random.between(startMs, shape.withinMs) }))
    .toSorted((one, other) => one.atMs - other.atMs)
    .map(({ kind, atMs }) => {
      if (kind === 'coordinator killed') return { kind, host: null, atMs, forMs: 0 };
      const free = hosts.filter((host) => (freeAt.get(host) ?? 0) <= atMs);
      const host = random.pick(free.length > 0 ? free : hosts);
      const forMs = durationOf(kind, shape, random);
      freeAt.set(host, atMs + forMs + restMs);
      return { kind, host, atMs, forMs };
    });
}

function durationOf(kind: FaultKind, { cutMs, downMs }: StormShape, random: Random): number {
  if (kind === 'cut') return random.between(...cutMs);
  return kind === 'power loss' ? random.between(...downMs) : 0;
}
