/** Why no host can take a sweep, as far as that is known without entering one: what a run would end with. */
import type { HostEntry } from '../../coordinator/coordinator.ts';
import type { Declared } from '../../coordinator/declaration.ts';
import type { LedgerState } from '../../ledger/state.ts';
import type { SeenHosts } from '../../ledger/store/seen-hosts.ts';
import { hostName } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { HostFacts } from '../../protocol/messages.ts';
import { ownFacts } from '../lab/own-facts.ts';
import { idleHost, misfit } from '../../throttle/idle-host.ts';
import { limitsOf } from '../../throttle/limits.ts';

type Facts = Pick<
  HostFacts,
  'cpus' | 'memoryBytes' | 'memoryOfGroup' | 'gpus' | 'gpuProblem' | 'gpusBroken' | 'user'
>;

export interface PlanRefusal {
  readonly host: string;
  readonly refusal: Refusal;
}

/** @returns null as soon as a host may take one of the points */
export function refusedByAll(
  hosts: readonly HostEntry[],
  declared: Declared,
  ledger: LedgerState,
  seen: SeenHosts,
): readonly PlanRefusal[] | null {
  const refusals: PlanRefusal[] = [];
  for (const host of hosts) {
    const refusal = refusalOf(host, declared, ledger, seen);
    if (refusal === null) return null;
    refusals.push({ host: host.name, refusal });
  }
  return refusals;
}

function refusalOf(
  host: HostEntry,
  { declaration, points }: Declared,
  ledger: LedgerState,
  seen: SeenHosts,
): Refusal | null {
  const off = host.off ?? ledger.hosts.get(hostName(host.name))?.closed ?? null;
  if (off !== null) return { kind: 'off', because: off };
  const missing = declaration.labels.filter((label) => !host.labels.includes(label));
  if (missing.length > 0) return { kind: 'labels', missing };
  const facts = host.isHere ? ownFacts() : (seen.get(host.name) ?? null);
  return facts === null ? null : misfitOfAll(points, host, facts);
}

function misfitOfAll(points: Declared['points'], host: HostEntry, facts: Facts): Refusal | null {
  const idle = idleHost(facts, limitsOf(host.limits));
  let last: Refusal | null = null;
  for (const { resources } of points) {
    last = misfit(resources, idle);
    // A driver that was not asked may have what the trial needs.
    if (last === null || last.kind === 'preparing') return null;
  }
  return last;
}
