import type { Attempt } from '../../ledger/state.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';

export interface Running {
  readonly attempt: Attempt;
  readonly device: string;
  readonly seconds: number;
  /** Of these, those in which it did what it would have done alone: neither others on its GPU nor a standstill took them. */
  readonly ownSeconds: number;
  readonly isStill: boolean;
}

/** What runs on a host, and for how long it has. @param now wall clock in ms */
export function runningOn({ ledger }: CoordinatorState, { name, link }: FleetHost, now: number): Running[] {
  const figures = link.kind === 'ready' ? link.figures : null;
  const lost = new Map(figures?.lost.map(({ attempt, ms }) => [attempt, ms]));
  const still = new Set(figures?.still.map(({ attempt }) => attempt));
  return [...(ledger.hosts.get(name)?.running ?? [])].flatMap((id) => {
    const attempt = ledger.attempts.get(id);
    if (attempt?.status.kind !== 'running') return [];
    const { device, at } = attempt.status;
    const ms = Math.max(0, now - at);
    const ownMs = Math.max(0, ms - (lost.get(id) ?? 0));
    return [{ attempt, device, seconds: ms / 1_000, ownSeconds: ownMs / 1_000, isStill: still.has(id) }];
  });
}
