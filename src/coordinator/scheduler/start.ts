/** Where a trial starts, and from what. */
import type { Trial } from '../../ledger/state.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { Candidate } from './berth.ts';
import { type Beginning, beginningOf } from './checkpoint.ts';
import { type Choice, chooseHost } from './choice.ts';

interface Start {
  readonly chosen: Candidate;
  readonly beginning: Beginning;
}

/** Where a trial would have to begin anew, another host that its checkpoint can be carried to takes its place. */
export function startOf(state: CoordinatorState, trial: Trial, choice: Choice): Start | null {
  const chosen = chooseHost(state, trial, choice);
  if (chosen === null) return null;
  const beginning = beginningOf(state, trial, chosen.berth.host.name);
  if (beginning.kind !== 'lease' || beginning.anew === null) return { chosen, beginning };
  const candidates = choice.candidates.filter((candidate) => candidate !== chosen);
  const other = startOf(state, trial, { ...choice, candidates });
  return other?.beginning.kind === 'carry' ? other : { chosen, beginning };
}
