import type { Sweep } from '../../ledger/state.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { CoordinatorState, FleetHost } from './state.ts';
import { leftOut } from './probation.ts';

export type Eligibility =
  | { readonly kind: 'eligible' }
  /** It would be, once what the launch needs is there. */
  | { readonly kind: 'unprepared' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Whether a host may be leased trials of a sweep at all; what it can take at this moment is its agent's to say. */
export function eligibility(state: CoordinatorState, sweep: Sweep, host: FleetHost): Eligibility {
  const refusal = refusalOf(state, sweep, host);
  if (refusal !== null) return { kind: 'refused', refusal };
  const launch = host.launches.get(sweep.declaration.launch);
  if (launch === undefined) return { kind: 'unprepared' };
  switch (launch.kind) {
    case 'ready':
      return { kind: 'eligible' };
    case 'preparing':
      return refused({ kind: 'preparing', what: `${sweep.declaration.programName} is on its way` });
    case 'refused':
      return refused({ kind: 'unprepared', because: launch.problem, logTail: launch.logTail });
    default:
      return launch satisfies never;
  }
}

const refused = (refusal: Refusal): Eligibility => ({ kind: 'refused', refusal });

function refusalOf(state: CoordinatorState, sweep: Sweep, host: FleetHost): Refusal | null {
  const closed = closedTo(state, host);
  if (closed !== null) return closed;
  const missing = sweep.declaration.labels.filter((label) => !host.labels.includes(label));
  if (missing.length > 0) return { kind: 'labels', missing };
  const { link, stuck } = host;
  if (stuck !== null) return { kind: 'unreachable', because: stuck };
  switch (link.kind) {
    case 'left':
      return { kind: 'preparing', what: 'connecting' };
    case 'connecting':
      return link.because === null
        ? { kind: 'preparing', what: 'connecting' }
        : { kind: 'unreachable', because: link.because };
    case 'reconciling':
      return { kind: 'preparing', what: 'asking what it holds' };
    case 'ready':
      return null;
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
  const off = host.off ?? record?.closed ?? null;
  if (off !== null) return { kind: 'off', because: off };
  const because = leftOut(state, host);
  return because === null ? null : { kind: 'quarantined', because };
}
