/** What a host says that somebody else has taken over: of attempts that are another's, of some that never were, and no sense. */
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import type { FromAgent, HostSaid } from '../../src/protocol/messages.ts';
import { attemptId } from '../../src/model/ids.ts';
import { endOf } from '../coordinator/world.ts';
import type { Random } from './random.ts';

/** A result that would lead every leaderboard. */
const best: AttemptEnd = endOf({ kind: 'succeeded' }, 9_999);

type Lie = (attempt: string, random: Random, term: number) => FromAgent | { readonly kind: string };

const lies: readonly Lie[] = [
  (attempt) => ({ kind: 'ended', attempt, end: best, files: [] }),
  (attempt) => ({ kind: 'ended', attempt, end: endOf({ kind: 'cancelled' }), files: [] }),
  (attempt) => ({ kind: 'ended', attempt, end: endOf({ kind: 'vanished' }), files: [] }),
  (attempt) => ({ kind: 'taken-back', attempts: [attempt], kept: [] }),
  (attempt) => ({ kind: 'taken-back', attempts: [], kept: [attempt] }),
  (attempt) => ({ kind: 'started', attempts: [{ attempt, device: 'cpu' }] }),
  (attempt) => ({ kind: 'metrics', attempt, from: 0, lines: [{ score: 9_999 }] }),
  (_, random, term) => ({
    kind: 'turned-away',
    reason: 'older-term',
    message: 'no',
    term: term + random.between(0, 3_000_000),
  }),
  () => ({ kind: 'nonsense' }),
];

/** One lie, with whom it is about; null where there is nobody to lie about. */
export function lieOf(state: CoordinatorState, host: string, random: Random): object | null {
  const { ledger } = state;
  const others = [...ledger.attempts.values()].filter((attempt) => attempt.host !== host);
  const trials = [...ledger.trials.keys()];
  if (others.length === 0 || trials.length === 0) return null;
  const attempt = random.chance(0.8) ? random.pick(others).id : made(random);
  return random.pick(lies)(attempt, random, ledger.term);
}

/** What it holds, and an attempt that it has made up besides. */
export function withMadeUp(
  said: Extract<HostSaid, { kind: 'state' }>,
  state: CoordinatorState,
  random: Random,
): HostSaid {
  const trials = [...state.ledger.trials.keys()];
  if (trials.length === 0) return said;
  const attempt = attemptId(made(random));
  return {
    ...said,
    running: [...said.running, { attempt, trial: random.pick(trials), device: 'cpu', runningMs: 1 }],
  };
}

const made = (random: Random): string =>
  random.chance(0.5) ? `made-${random.between(1, 1e6)}` : `made-${random.between(1, 1e6)}-0123456789abcdef`;
