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
export const misfit = ({ resources }: PointDeclaration, host: HostLoad | null): Refusal | null =>
  host === null ? null : misfitOfIdle(resources, host);
