/** Trials under which hosts go down: those that may have made it run alone, and are given up once they have shown it. */
import { hostsDownUnder } from '../../ledger/crashes.ts';
import type { Trial } from '../../ledger/state.ts';
import type { HostName } from '../../model/ids.ts';
import { eligibility } from '../hosts/eligibility.ts';
import { misfit } from '../hosts/fit.ts';
import { isExpected, isWanted } from '../hosts/use.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Crashes of one host may be the host's own. */
const hostsThatShowIt = 2;

/** On two hosts, or on the only one that it can have; one that is away for no longer than a reboot is waited for. */
export function giveUpPoison(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  for (const trial of state.ledger.shaken) {
    if (trial.status.kind !== 'queued') continue;
    const hosts = hostsDownUnder(state.ledger, trial);
    if (hosts.size === 0 || (hosts.size < hostsThatShowIt && mayRunElsewhere(state, trial, hosts))) continue;
    const because = `hosts go down under it: it ran alone on ${[...hosts].join(' and ')}, which went down`;
    turn.record({ kind: 'given-up', at: now, trial: trial.id, because });
  }
}

const mayRunElsewhere = (state: CoordinatorState, trial: Trial, hosts: ReadonlySet<HostName>): boolean =>
  [...state.fleet.values()].some((host) => !hosts.has(host.name) && mayRunOn(state, trial, host));

function mayRunOn(state: CoordinatorState, trial: Trial, host: FleetHost): boolean {
  if (!isWanted(state, host) || misfit(state.ledger, trial.point, host) !== null) return false;
  return trial.sweeps.some((name) => {
    const sweep = state.ledger.sweeps.get(name);
    if (sweep === undefined) return false;
    const answer = eligibility(state, sweep, host);
    if (answer.kind !== 'refused') return true;
    const { kind } = answer.refusal;
    return kind === 'preparing' || (kind === 'unreachable' && isExpected(host));
  });
}
