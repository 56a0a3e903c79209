/** From which checkpoint a trial goes on, and whether that is where the trial is to start. */
import { checkpointSources, mayBeCarried, worthWaitingMs } from '../../ledger/checkpoints.ts';
import type { Attempt, Trial } from '../../ledger/state.ts';
import type { AttemptId, HostName } from '../../model/ids.ts';
import { formatSize } from '../../model/size.ts';
import { limitsOf } from '../../throttle/limits.ts';
import { mayComeBack } from '../hosts/use.ts';
import type { CoordinatorState } from '../hosts/state.ts';

/** What comes before an attempt of a trial on a host. */
export type Beginning =
  | {
      readonly kind: 'lease';
      /** The attempt whose checkpoint lies there; null where none does. */
      readonly continues: AttemptId | null;
      /** Why it begins anew though a checkpoint lies elsewhere; null where it does not. */
      readonly anew: string | null;
    }
  /** The checkpoint of an attempt is brought there first. */
  | { readonly kind: 'carry'; readonly attempt: Attempt; readonly from: HostName }
  /** The host that has the checkpoint is away, and may be back soon. */
  | { readonly kind: 'wait'; readonly for: HostName };

/** By the checkpoint that came farthest of those that can be had. */
export function beginningOf(state: CoordinatorState, trial: Trial, host: HostName): Beginning {
  let anew: string | null = null;
  for (const source of checkpointSources(state.ledger, trial)) {
    if (hasIt(state, source, host)) return { kind: 'lease', continues: source.id, anew: null };
    if (!mayBeCarried(source)) continue;
    const places = placesOf(state, source);
    const from = places.find((place) => isReady(state, place));
    const obstacle = obstacleTo(state, source, host, places);
    if (obstacle !== null) anew ??= obstacle;
    else if (from !== undefined) return { kind: 'carry', attempt: source, from };
    else {
      const awaited = places.find((place) => mayComeBack(state, place, worthWaitingMs(source)));
      if (awaited !== undefined) return { kind: 'wait', for: awaited };
      anew ??= `its checkpoint lies on ${source.host}, which could not be reached`;
    }
  }
  return { kind: 'lease', continues: null, anew };
}

/** An attempt leaves its checkpoint where it ran, whatever became of it on its way elsewhere. */
const hasIt = ({ carries }: CoordinatorState, { id, host }: Attempt, place: HostName): boolean =>
  host === place || carries.get(id)?.get(place)?.kind === 'there';

/** From where it can be brought: where it was carried to, and its own host. */
function placesOf({ carries }: CoordinatorState, { id, host }: Attempt): readonly HostName[] {
  const carried = carries.get(id);
  if (carried === undefined) return [host];
  const places = [...carried].flatMap(([place, { kind }]) => (kind === 'there' ? [place] : []));
  return carried.get(host)?.kind === 'left' ? places : [...places, host];
}

/** Why a checkpoint cannot come to a host, wherever it is; null where nothing is known against it. */
function obstacleTo(
  { carries, fleet }: CoordinatorState,
  { id, host: own, status }: Attempt,
  host: HostName,
  places: readonly HostName[],
): string | null {
  const left = carries.get(id)?.get(places.length === 0 ? own : host);
  if (left?.kind === 'left') return left.because;
  const bytes = status.kind === 'ended' ? (status.end.checkpointBytes ?? 0) : 0;
  const target = fleet.get(host);
  const free = target?.link.kind === 'ready' ? (target.link.figures?.diskFreeBytes ?? null) : null;
  // It lies there twice for a moment: as it came, and unpacked.
  if (
    target === undefined ||
    free === null ||
    free - 2 * bytes >= limitsOf(target.listing.limits).diskFreeBytes
  )
    return null;
  return `${host} has no room for its checkpoint of ${formatSize(bytes)}`;
}

const isReady = ({ fleet }: CoordinatorState, host: HostName): boolean =>
  fleet.get(host)?.link.kind === 'ready';

/** A host at hand that has a checkpoint of a trial, the farthest that there is; null where none has. */
export function checkpointHost(state: CoordinatorState, trial: Trial): HostName | null {
  for (const source of checkpointSources(state.ledger, trial)) {
    const place = placesOf(state, source).find((each) => isReady(state, each));
    if (place !== undefined) return place;
  }
  return null;
}

/** The host to which a checkpoint of a trial is on its way (`on-its-way`), or has been carried; null where none is. */
export function carriedTo(
  { carries }: CoordinatorState,
  { attempts }: Trial,
  kind: 'on-its-way' | 'there',
): HostName | null {
  if (carries.size === 0 || attempts.length === 0) return null;
  for (const id of attempts.toReversed())
    for (const [host, place] of carries.get(id) ?? []) if (place.kind === kind) return host;
  return null;
}
