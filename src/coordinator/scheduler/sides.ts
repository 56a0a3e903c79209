/** A host's GPUs and its cores, each for the sweeps whose trials run there: what runs on the one takes no place from the other. */
import type { Sweep } from '../../ledger/state.ts';
import { gpusOf } from '../../throttle/room.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Berth, berthOf } from './berth.ts';
import type { Outlooks } from './outlook.ts';

export interface Sides {
  readonly onGpus: Berth;
  readonly onCores: Berth;
}

/** Of each host, with what runs there: what waits there may run anywhere. @param now wall clock in ms */
export const sidesOf = (state: CoordinatorState, outlooks: Outlooks, now: number): Sides[] =>
  [...state.fleet.values()].map((host) => {
    const side = (isMeant: (sweep: Sweep) => boolean): Berth =>
      berthOf(state, host, outlooks, now, 'running', isMeant);
    return {
      onGpus: side((sweep) => isOnGpu(sweep, host)),
      onCores: side((sweep) => !isOnGpu(sweep, host)),
    };
  });

export const sideFor = (sweep: Sweep, { onGpus, onCores }: Sides): Berth =>
  isOnGpu(sweep, onGpus.host) ? onGpus : onCores;

const isOnGpu = ({ points: [first] }: Sweep, { link }: FleetHost): boolean =>
  link.kind === 'ready' && first !== undefined && gpusOf(first.resources, link.facts) === 1;
