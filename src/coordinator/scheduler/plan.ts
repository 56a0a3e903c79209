/** What starts where. Pure: it changes nothing, and same state, same plan. It looks at as many trials as hosts have room for. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isPartOf } from '../../ledger/sweeps.ts';
import type { AttemptId, HostName, LaunchId, SweepName } from '../../model/ids.ts';
import { queuedOf } from '../hosts/asked.ts';
import { concurrencyLeft } from '../hosts/concurrency.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, berthsOf, isOpenTo } from './berth.ts';
import { type Beginning, carriedTo } from './checkpoint.ts';
import type { Choice } from './choice.ts';
import { evenOut } from './even-out.ts';
import { outlooksOf } from './outlook.ts';
import { startOf } from './start.ts';
import { surveyOf } from './survey.ts';

/** A turn that leases a backlog of hours must not keep results waiting: the rest of it follows in the next. */
const mostLeases = 500;

export interface Assignment {
  readonly trial: Trial;
  readonly sweep: SweepName;
  /** What comes first; what has to wait is not assigned. */
  readonly beginning: Exclude<Beginning, { kind: 'wait' }>;
}

export interface Plan {
  readonly assignments: ReadonlyMap<HostName, readonly Assignment[]>;
  /** Launches that a host must be prepared for before anything of them can be leased to it. */
  readonly preparations: readonly { readonly host: HostName; readonly launch: LaunchId }[];
  /** Attempts that wait on a host, to be asked back for others. */
  readonly takeBacks: ReadonlyMap<HostName, readonly AttemptId[]>;
  /** Sweeps of which a host may be leased trials. */
  readonly ready: readonly SweepName[];
}

/** What a plan has decided so far. */
interface Draft {
  readonly assignments: Map<HostName, Assignment[]>;
  /** Trials that are assigned, maybe for another of their sweeps. */
  readonly taken: Set<Trial>;
}

/** @param now wall clock in ms */
export function plan(state: CoordinatorState, now: number): Plan {
  const draft: Draft = { assignments: new Map(), taken: new Set() };
  const preparations: { host: HostName; launch: LaunchId }[] = [];
  const choices = new Map<SweepName, Choice>();
  const outlooks = outlooksOf(state, now);
  const berths = berthsOf(state, outlooks, now);
  for (const sweep of inTurn(state)) {
    if (!state.asked.has(sweep.name) || queuedOf(state, sweep) + leasedOf(sweep) === 0) continue;
    const { answers, choice } = surveyOf(state, sweep, berths, outlooks, now);
    for (const [{ name }, { kind }] of answers)
      if (kind === 'unprepared') preparations.push({ host: name, launch: sweep.declaration.launch });
    choices.set(sweep.name, choice);
    assignSweep(state, sweep, choice, draft);
  }
  const ready = [...choices].flatMap(([name, { candidates }]) => (candidates.length > 0 ? [name] : []));
  const takeBacks = evenOut(state, berths, choices);
  return { assignments: draft.assignments, preparations, takeBacks, ready };
}

/** The most urgent first; of equal ones the one that has least on hosts. */
const inTurn = ({ ledger }: CoordinatorState): readonly Sweep[] =>
  [...ledger.sweeps.values()].toSorted(
    (one, other) =>
      other.declaration.priority - one.declaration.priority || openOf(one.counts) - openOf(other.counts),
  );

const openOf = ({ leased, running }: Sweep['counts']): number => leased + running;

/** What waits on hosts is evened out, for whomever it was leased. */
const leasedOf = ({ status, counts }: Sweep): number => (status.kind === 'open' ? counts.leased : 0);

function assignSweep(
  state: CoordinatorState,
  sweep: Sweep,
  choice: Choice,
  { assignments, taken }: Draft,
): void {
  const asked = state.asked.get(sweep.name) ?? null;
  let allowed = Math.min(concurrencyLeft(sweep), mostLeases - taken.size);
  for (let index = sweep.firstQueued; index < sweep.order.length && allowed > 0; index += 1) {
    const trial = sweep.order[index];
    if (trial === undefined || trial.status.kind !== 'queued' || taken.has(trial)) continue;
    if (!isPartOf(asked, trial.id)) continue;
    if (!choice.candidates.some(isOpenTo)) return;
    const expecting = carriedTo(state, trial, 'on-its-way');
    const expected =
      expecting === null ? undefined : choice.candidates.find(({ berth }) => berth.host.name === expecting);
    const start = expected === undefined ? startOf(state, trial, choice) : null;
    const chosen = expected ?? start?.chosen;
    if (chosen === undefined || start?.beginning.kind === 'wait') continue;
    taken.add(trial);
    add(chosen, trial);
    allowed -= 1;
    // Its place is kept until the checkpoint is there.
    if (start === null) continue;
    const { name } = chosen.berth.host;
    const { beginning } = start;
    const assigned = assignments.get(name);
    if (assigned === undefined) assignments.set(name, [{ trial, sweep: sweep.name, beginning }]);
    else assigned.push({ trial, sweep: sweep.name, beginning });
  }
}
