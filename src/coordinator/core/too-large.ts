/** Trials that are larger than every device, or disk: one of their shape had all of what the largest has, and ran out. */
import type { PointDeclaration } from '../../ledger/events.ts';
import type { Sweep } from '../../ledger/state.ts';
import { type Refusal, refusalText } from '../../model/refusal/refusal.ts';
import { eligibility } from '../hosts/eligibility.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { misfit } from '../hosts/fit.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Hosts that are named in the reason; the others are counted. */
const mostNamed = 3;

export function giveUpTooLarge(state: CoordinatorState, turn: CoordinatorTurn, now: number): void {
  const { outgrown, filledDisks, sweeps, trials } = state.ledger;
  if (outgrown.size + filledDisks.size === 0) return;
  for (const sweep of sweeps.values()) {
    if (sweep.status.kind !== 'open' || sweep.counts.queued === 0) continue;
    for (const point of sweep.points) {
      const isLarge = outgrown.has(point.shape) || filledDisks.has(point.shape);
      const because = isLarge ? whyNoDevice(state, sweep, point) : null;
      if (because === null) continue;
      for (const id of point.trials)
        if (trials.get(id)?.status.kind === 'queued')
          turn.record({ kind: 'given-up', at: now, trial: id, because });
    }
  }
}

/** Null where a host may take it, or may turn out to once it is there. */
function whyNoDevice(state: CoordinatorState, sweep: Sweep, point: PointDeclaration): string | null {
  const answers = [...state.fleet.values()].map((host) => ({
    host,
    refusal: lasting(state, sweep, point, host),
  }));
  if (!answers.every(({ refusal }) => refusal !== null)) return null;
  const isSmall = (refusal: Refusal | null): boolean =>
    refusal?.kind === 'outgrown' || refusal?.kind === 'filled-disk';
  const small = answers.flatMap(({ host, refusal }) =>
    refusal !== null && isSmall(refusal) ? [`${host.name}: ${refusalText(refusal)}`] : [],
  );
  if (small.length === 0) return null;
  const more = small.length - mostNamed;
  const what = answers.some(({ refusal }) => refusal?.kind === 'outgrown') ? 'device' : 'disk';
  return `fits no ${what}: ${small.slice(0, mostNamed).join('; ')}${more > 0 ? `; likewise ${more} more` : ''}`;
}

/** What no waiting ends. Who is away or was left out for failures may have room. */
function lasting(
  state: CoordinatorState,
  sweep: Sweep,
  point: PointDeclaration,
  host: FleetHost,
): Refusal | null {
  const answer = eligibility(state, sweep, host);
  if (answer.kind !== 'refused') return misfit(state.ledger, point, host);
  const { refusal } = answer;
  return refusal.kind === 'labels' || refusal.kind === 'off' ? refusal : null;
}
