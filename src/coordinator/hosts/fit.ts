import type { PointDeclaration } from '../../ledger/events.ts';
import type { LedgerState } from '../../ledger/state.ts';
import { filledDisk } from '../../model/result/disk-use.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { HostLoad } from '../../throttle/host-load.ts';
import { idleHost, misfit as misfitOfIdle } from '../../throttle/idle-host.ts';
import { limitsOf } from '../../throttle/limits.ts';
import { outgrownOn } from '../../throttle/outgrown-host.ts';
import type { FleetHost } from './fleet-host.ts';

/** A host as it would be with nobody on it; null where it is not known yet. */
export const idle = ({ link, listing: { limits } }: FleetHost): HostLoad | null =>
  link.kind === 'ready' ? idleHost(link.facts, limitsOf(limits)) : null;

/**
 * Why a host can never take a trial of this point, however idle it is: by what is declared, and by what its like ran out
 * of. Null where it can, or is not known yet.
 *
 * @param load the host when it is idle
 */
export function misfit(
  { outgrown, filledDisks }: Pick<LedgerState, 'outgrown' | 'filledDisks'>,
  point: PointDeclaration,
  host: FleetHost,
  load: HostLoad | null = idle(host),
): Refusal | null {
  if (load === null) return null;
  const declared = declaredMisfit(point, load);
  if (declared !== null) return declared;
  const disk = filledDisk(filledDisks, point.shape, host.name);
  if (disk !== null) return { kind: 'filled-disk', ...disk };
  return outgrown.size === 0 || host.link.kind !== 'ready'
    ? null
    : outgrownOn(outgrown, point, host.link.facts);
}

function declaredMisfit(point: PointDeclaration, load: HostLoad): Refusal | null {
  const answers = known.get(load) ?? new Map<PointDeclaration, Refusal | null>();
  known.set(load, answers);
  const answer = answers.get(point);
  if (answer !== undefined) return answer;
  const found = misfitOfIdle(point.resources, load);
  answers.set(point, found);
  return found;
}

/** A plan asks for each trial of a point. */
const known = new WeakMap<HostLoad, Map<PointDeclaration, Refusal | null>>();
