/** What no waiting mends: hosts that are not made for what waits. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Sweep, Trial } from '../ledger/state.ts';
import type { Refusal } from '../model/refusal.ts';
import { admit } from '../throttle/admission.ts';
import { idleHost } from '../throttle/idle-host.ts';
import { defaultLimits } from '../throttle/limits.ts';

type LiveHost = LiveFigures['hosts'][number];

/** Why a host can never take a trial, however idle it is; null where it can, or is not known yet. */
export function misfit({ facts }: LiveHost, { point: { resources } }: Trial): Refusal | null {
  if (facts === null) return null;
  return (
    admit(
      { resources, shapeObserved: true, gpuObserved: true, alone: false },
      idleHost(facts, defaultLimits),
    )[0] ?? null
  );
}

/** Why a host takes none of the trials of a sweep that wait; null where it may take one. */
export function refusalOfAll(host: LiveHost, sweep: Sweep): Refusal | null {
  const missing = sweep.declaration.labels.filter((label) => !host.labels.includes(label));
  if (missing.length > 0) return { kind: 'labels', missing };
  const because = host.unprepared[sweep.declaration.launch];
  if (because !== undefined) return { kind: 'unprepared', because, logTail: '' };
  let refusal: Refusal | null = null;
  // Most points of a sweep need the same.
  const looked = new Set<string>();
  for (const trial of sweep.order) {
    const needs = JSON.stringify(trial.point.resources);
    if (trial.status.kind !== 'queued' || looked.has(needs)) continue;
    looked.add(needs);
    refusal = misfit(host, trial);
    if (refusal === null) return null;
  }
  return refusal;
}
