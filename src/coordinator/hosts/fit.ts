import type { PointDeclaration } from '../../ledger/events.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { idleHost, misfit as misfitOfIdle } from '../../throttle/idle-host.ts';
import { limitsOf } from '../../throttle/limits.ts';
import type { FleetHost } from './fleet-host.ts';

/** A host as it would be with nobody on it; null where it is not known yet. */
export const idle = ({ link, listing: { limits } }: FleetHost): HostLoad | null =>
  link.kind === 'ready' ? idleHost(link.facts, limitsOf(limits)) : null;

/** Why a host can never take a trial of this point, however idle it is; null where it can, or is not known yet. */
export function misfit(point: PointDeclaration, host: HostLoad | null): Refusal | null {
  if (host === null) return null;
  const answers = known.get(host) ?? new Map<PointDeclaration, Refusal | null>();
  known.set(host, answers);
  const answer = answers.get(point);
  if (answer !== undefined) return answer;
  const found = misfitOfIdle(point.resources, host);
  answers.set(point, found);
  return found;
}

/** A plan asks for each trial of a point. */
const known = new WeakMap<HostLoad, Map<PointDeclaration, Refusal | null>>();
