import type { Sweep } from '../../ledger/state.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { FleetHost, Listing } from './fleet-host.ts';
import { connectionOf, type HostLink, type LaunchState } from './link.ts';
import type { CoordinatorState } from './state.ts';
import { noRoom, wantOfRoom } from './want-of-room.ts';
import { leftOut } from './probation.ts';

export type Eligibility =
  | { readonly kind: 'eligible' }
  /** It would be, once what the launch needs is there. */
  | { readonly kind: 'unprepared' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Whether a host may be leased trials of a sweep at all; what it can take at this moment is its agent's to say. */
export function eligibility(state: CoordinatorState, sweep: Sweep, host: FleetHost): Eligibility {
  const { link, listing } = host;
  const full = wantOfRoom(host, sweep.name, state.awakeMs);
  const refusal =
    closedTo(state, host) ??
    labelsMissing(sweep, listing) ??
    absence(link) ??
    (full === null ? null : noRoom('sweep', full));
  if (refusal !== null) return refused(refusal);
  const launch = connectionOf(link)?.launches.get(sweep.declaration.launch);
  if (launch === undefined) return { kind: 'unprepared' };
  switch (launch.kind) {
    case 'ready':
      return { kind: 'eligible' };
    case 'preparing':
      return refused({ kind: 'preparing', what: `${sweep.declaration.programName} is on its way` });
    case 'refused':
      if (isTriedAgain(state, launch)) return { kind: 'unprepared' };
      return refused({ kind: 'unprepared', because: launch.problem, logTail: launch.logTail });
    default:
      return launch satisfies never;
  }
}

/** What could not be made for want of disk space may be made when there is room again, and nobody tells when that is. */
const isTriedAgain = (
  { awakeMs }: CoordinatorState,
  { problem, logTail, atMs }: Extract<LaunchState, { kind: 'refused' }>,
): boolean => awakeMs - atMs >= roomComesMs && wantOfSpace.test(`${problem}\n${logTail}`);
const roomComesMs = 60_000;
const wantOfSpace =
  /No space left on device|ENOSPC|no room left|Disk quota exceeded|EDQUOT|quota leaves no room/;

const refused = (refusal: Refusal): Eligibility => ({ kind: 'refused', refusal });

function labelsMissing({ declaration }: Sweep, { labels }: Listing): Refusal | null {
  const missing = declaration.labels.filter((label) => !labels.includes(label));
  return missing.length > 0 ? { kind: 'labels', missing } : null;
}

/** Why a host does not answer for what it holds; null where it does. */
function absence(link: HostLink): Refusal | null {
  switch (link.kind) {
    case 'left':
    case 'connecting':
      return { kind: 'preparing', what: 'connecting' };
    case 'away':
    case 'given-up':
    case 'twin':
      return { kind: 'unreachable', because: link.because };
    case 'reconciling':
      return link.stuck === null
        ? { kind: 'preparing', what: 'asking what it holds' }
        : { kind: 'unreachable', because: link.stuck };
    case 'ready':
      return link.stuck === null ? null : { kind: 'unreachable', because: link.stuck };
    default:
      return link satisfies never;
  }
}

/** Why nothing may start on a host, whatever it is; null where it may. */
export function closedTo(
  state: CoordinatorState,
  host: FleetHost,
): Extract<Refusal, { kind: 'off' | 'quarantined' }> | null {
  const record = state.ledger.hosts.get(host.name);
  const off = host.listing.off ?? record?.closed ?? null;
  if (off !== null) return { kind: 'off', because: off };
  const because = leftOut(state, host);
  return because === null ? null : { kind: 'quarantined', because };
}
