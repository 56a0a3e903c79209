import type { Ceiling } from '../../model/ceiling.ts';
import { believed, lower } from '../../throttle/ceiling.ts';
import type { WorkerState } from './state.ts';

/** What this host bears, by all that is known. */
export const ceilingOf = ({ ceiling, othersCeilings, moments }: WorkerState): Ceiling => {
  const [now] = moments.slice(-1);
  return othersCeilings.reduce(
    (least, one) => lower(least, now === undefined ? one : believed(one, now)),
    ceiling,
  );
};
