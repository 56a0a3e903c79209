import type { Refusal } from '../model/refusal/refusal.ts';
import type { HostLoad, StartRequest } from './host-load.ts';
import { rules } from './rules.ts';

/**
 * Whether a trial may start on a host now: every rule that is against it, in the order of the table; none means that
 * there is room. Scheduler and agent ask the same function, the agent with figures that are at most a second old.
 */
export function admit(request: StartRequest, host: HostLoad): readonly Refusal[] {
  const refusals: Refusal[] = [];
  for (const rule of rules) {
    const refusal = rule(request, host);
    if (refusal !== null) refusals.push(refusal);
  }
  return refusals;
}
