/** What starts where. Pure: it changes nothing, and same state, same plan. It looks at as many trials as hosts have room for. */
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isPartOf } from '../../ledger/sweeps.ts';
import type { AttemptId, HostName, SweepName } from '../../model/ids.ts';
import { queuedOf } from '../hosts/asked.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { add, type Berth, berthOf, type Candidate, candidateOf, isOpenTo, ranOf } from './berth.ts';
import { type Beginning, beginningOf, carriedTo } from './checkpoint.ts';
import { type Choice, chooseHost } from './choice.ts';
import { type Eligibility, eligibility } from '../hosts/eligibility.ts';
import { evenOut } from './even-out.ts';
import { keepShares } from './shares.ts';

/** A turn that leases a backlog of hours must not keep results waiting: the rest of it follows in the next. */
const mostLeases = 2_000;

export interface Assignment {
  readonly trial: Trial;
  readonly sweep: SweepName;
  /** What comes first; what has to wait is not assigned. */
  readonly beginning: Exclude<Beginning, { kind: 'wait' }>;
}

export interface Plan {
  readonly assignments: ReadonlyMap<HostName, readonly Assignment[]>;
  /** Launches that a host must be prepared for before anything of them can be leased to it. */
  readonly preparations: readonly { readonly host: HostName; readonly launch: string }[];
  /** Attempts that wait on a host, to be asked back for others. */
  readonly takeBacks: ReadonlyMap<HostName, readonly AttemptId[]>;
  /** Sweeps for which a host is ready, the first one maybe by now. */
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
  const preparations: { host: HostName; launch: string }[] = [];
  const choices = new Map<SweepName, Choice>();
  const ran = ranOf(state, now);
  const berths = [...state.fleet.values()].map((host) => berthOf(state, host, ran, now));
  for (const sweep of state.ledger.sweeps.values()) {
    if (!state.asked.has(sweep.name) || queuedOf(state, sweep) + leasedOf(sweep) === 0) continue;
    const survey = surveyOf(state, sweep, berths);
    const candidates = survey.eligible.map((berth) => candidateOf(state, sweep, berth, ran, now));
    for (const { name } of survey.unprepared)
      preparations.push({ host: name, launch: sweep.declaration.launch });
    keepShares(state, sweep, candidates, survey.awaited, now);
    const coming = [...survey.unprepared, ...survey.preparing];
    const choice = { candidates, coming, away: survey.away };
    choices.set(sweep.name, choice);
    assignSweep(state, sweep, choice, draft);
  }
  const ready = [...choices].flatMap(([name, { candidates }]) => (candidates.length > 0 ? [name] : []));
  const takeBacks = evenOut(state, berths, choices);
  return { assignments: draft.assignments, preparations, takeBacks, ready };
}

/** What waits on hosts is evened out, for whomever it was leased. */
const leasedOf = ({ status, counts }: Sweep): number => (status.kind === 'open' ? counts.leased : 0);

/** How far hosts are for a sweep. */
interface Survey {
  readonly eligible: Berth[];
  readonly unprepared: FleetHost[];
  readonly preparing: FleetHost[];
  readonly away: FleetHost[];
  /** Hosts that are on their way in some way or other. */
  awaited: number;
}

function surveyOf(state: CoordinatorState, sweep: Sweep, berths: readonly Berth[]): Survey {
  const survey: Survey = { eligible: [], unprepared: [], preparing: [], away: [], awaited: 0 };
  for (const berth of berths) {
    const { host } = berth;
    const answer = eligibility(state, sweep, host);
    const launch = connectionOf(host.link)?.launches.get(sweep.declaration.launch)?.kind;
    if (answer.kind === 'eligible') survey.eligible.push(berth);
    if (answer.kind === 'unprepared') survey.unprepared.push(host);
    if (launch === 'preparing') survey.preparing.push(host);
    if (isAway(answer, host)) survey.away.push(host);
    const isRefused =
      answer.kind === 'refused' && (answer.refusal.kind !== 'preparing' || launch === 'refused');
    if (answer.kind !== 'eligible' && !isRefused) survey.awaited += 1;
  }
  return survey;
}

/** It would be used if it were there. */
const isAway = (answer: Eligibility, { link }: FleetHost): boolean =>
  answer.kind === 'refused' &&
  (answer.refusal.kind === 'unreachable' || answer.refusal.kind === 'preparing') &&
  link.kind !== 'ready';

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

interface Start {
  readonly chosen: Candidate;
  readonly beginning: Beginning;
}

/** Where a trial would have to begin anew, another host that its checkpoint can be carried to takes its place. */
function startOf(state: CoordinatorState, trial: Trial, choice: Choice): Start | null {
  const chosen = chooseHost(state, trial, choice);
  if (chosen === null) return null;
  const beginning = beginningOf(state, trial, chosen.berth.host.name);
  if (beginning.kind !== 'lease' || beginning.anew === null) return { chosen, beginning };
  const candidates = choice.candidates.filter((candidate) => candidate !== chosen);
  const other = startOf(state, trial, { ...choice, candidates });
  return other?.beginning.kind === 'carry' ? other : { chosen, beginning };
}

function concurrencyLeft(sweep: Sweep): number {
  const { concurrent } = sweep.declaration;
  if (concurrent === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, concurrent - sweep.counts.leased - sweep.counts.running);
}
