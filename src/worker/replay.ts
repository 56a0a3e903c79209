/** What the journal left becomes the state of an agent that begins. */
import { setImmediate as otherEvents } from 'node:timers/promises';
import type { HostFacts } from '../protocol/messages.ts';
import { initial } from './core/initial.ts';
import type { WorkerState } from './core/state.ts';
import { transition } from './core/transition.ts';
import { type JournalRead, recordsOf } from './spool/read-journal.ts';

export interface Replayed extends JournalRead {
  readonly state: WorkerState;
}

/** Reading goes on for so long before whoever connects is answered. */
const sliceMs = 50;

/**
 * Replays a journal through the reducer that acts.
 *
 * @param reading hears how many milliseconds it has taken so far, again and again while it takes long
 * @throws the system's error where the journal cannot be read
 */
export async function replay(
  journal: string,
  facts: HostFacts,
  reading: (ms: number) => void,
): Promise<Replayed> {
  const now = (): number => Number(process.hrtime.bigint()) / 1e6;
  let state = initial(facts);
  const records = recordsOf(journal);
  const began = now();
  for (let sliceBegan = began, next = records.next(); ; next = records.next()) {
    if (next.done === true) return { state, ...next.value };
    [state] = transition(state, { kind: 'replayed', record: next.value }, 0);
    if (now() - sliceBegan < sliceMs) continue;
    reading(now() - began);
    await otherEvents();
    sliceBegan = now();
  }
}
