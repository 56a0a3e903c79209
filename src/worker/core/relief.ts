/** What gives way on this host, carried out: suspended, evicted, or going on. */
import { goesOn } from './bearing.ts';
import { relieve } from '../../throttle/relief.ts';
import { newGpuWatch } from './gpu-watch.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { hostLoad } from './host-load.ts';
import { signal, stop } from './stop.ts';
import type { WorkerTurn } from './turn.ts';

/** Whoever comes to a GPU that is theirs has its memory within 10 s of the sample that showed them. */
const graceForOthersMs = 6_000;

export function relieveHost(turn: WorkerTurn): void {
  const { state, now } = turn;
  if (state.active.size === 0) return;
  for (const relief of relieve(hostLoad(state, now), now)) {
    const held = state.attempts.get(relief.attempt);
    if (held === undefined || held.status.kind === 'waiting') continue;
    switch (relief.kind) {
      case 'suspend':
        if (held.status.kind !== 'running') break;
        turn.record({ kind: 'suspended', attempt: held.lease.attempt, at: now, because: relief.because });
        signal(turn, held, 'STOP');
        noteRelief(turn, held);
        break;
      case 'resume':
        if (held.status.kind === 'running') goesOn(held.status.run, now);
        turn.record({ kind: 'resumed', attempt: held.lease.attempt });
        signal(turn, held, 'CONT');
        noteRelief(turn, held);
        break;
      case 'evict': {
        const why = { kind: 'evicted', over: relief.over, message: relief.because } as const;
        if (relief.over === 'others') stop(turn, held, why, graceForOthersMs);
        else stop(turn, held, why);
        break;
      }
      default:
        relief satisfies never;
    }
  }
}

function noteRelief({ state, now }: WorkerTurn, { device }: HeldAttempt): void {
  const watch = state.gpus.get(device) ?? newGpuWatch();
  watch.relievedAt = now;
  state.gpus.set(device, watch);
}
