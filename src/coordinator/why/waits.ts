/** P6: why what was asked for is not leased, by the rules by which it is planned. */
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isPartOf } from '../../ledger/sweeps.ts';
import { waitingKey } from '../../ledger/waiting-key.ts';
import type { SweepName } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal.ts';
import { concurrencyLeft } from '../hosts/concurrency.ts';
import type { Eligibility } from '../hosts/eligibility.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { misfit } from '../hosts/fit.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { berthsOf, type Candidate, isOpenTo, ranOf } from '../scheduler/berth.ts';
import { historyOf } from '../scheduler/choice.ts';
import { startOf } from '../scheduler/start.ts';
import { type Survey, surveyOf } from '../scheduler/survey.ts';

export type Waits = Pick<LiveFigures['sweeps'][number], 'waits' | 'awaits'>;

/** For each sweep that was asked for. @param now wall clock in ms */
export function waitsOf(state: CoordinatorState, now: number): ReadonlyMap<SweepName, Waits> {
  const ran = ranOf(state, now);
  const berths = berthsOf(state, ran, now);
  const waits = new Map<SweepName, Waits>();
  for (const sweep of state.ledger.sweeps.values())
    if (state.asked.has(sweep.name) && sweep.status.kind === 'open' && sweep.counts.queued > 0)
      waits.set(sweep.name, waitsIn(state, sweep, surveyOf(state, sweep, berths, ran, now)));
  return waits;
}

function waitsIn(state: CoordinatorState, sweep: Sweep, survey: Survey): Waits {
  const asked = state.asked.get(sweep.name) ?? null;
  const waits = new Map<string, Waits['waits'][number]>();
  const awaits: Waits['awaits'] = [];
  for (const trial of sweep.order) {
    if (trial.status.kind !== 'queued' || !isPartOf(asked, trial.id)) continue;
    const key = waitingKey(state.ledger, trial);
    if (!waits.has(key)) waits.set(key, { key, hosts: refusalsOf(state, sweep, trial, survey) });
    const awaited = awaitedBy(state, trial, survey);
    if (awaited !== null) awaits.push({ trial: trial.id, host: awaited });
  }
  return { waits: [...waits.values()], awaits };
}

/** The host whose checkpoint a trial waits for; null where it waits for none. */
function awaitedBy(state: CoordinatorState, trial: Trial, { choice }: Survey): string | null {
  if (trial.attempts.length === 0) return null;
  const beginning = startOf(state, trial, choice)?.beginning;
  return beginning?.kind === 'wait' ? beginning.for : null;
}

/** By host; null where nothing is against it, and the next plan leases it. */
export function refusalsOf(
  state: CoordinatorState,
  sweep: Sweep,
  trial: Trial,
  { answers, choice }: Survey,
): { host: string; refusal: Refusal | null }[] {
  const against = historyOf(state, trial, choice);
  const refusalOf = (host: FleetHost, answer: Eligibility): Refusal | null => {
    if (answer.kind === 'refused') return answer.refusal;
    if (answer.kind === 'unprepared')
      return { kind: 'preparing', what: `${sweep.declaration.programName} is on its way` };
    const candidate = choice.candidates.find(({ berth }) => berth.host === host);
    if (candidate === undefined) return null;
    return (
      misfit(trial.point, candidate.berth.idle) ?? against?.(host) ?? atOnce(sweep) ?? fill(state, candidate)
    );
  };
  return [...answers].map(([host, answer]) => ({ host: host.name, refusal: refusalOf(host, answer) }));
}

function atOnce(sweep: Sweep): Refusal | null {
  const { concurrent } = sweep.declaration;
  if (concurrent === null || concurrencyLeft(sweep) > 0) return null;
  return { kind: 'concurrent', running: sweep.counts.leased + sweep.counts.running, limit: concurrent };
}

function fill({ ledger }: CoordinatorState, candidate: Candidate): Refusal | null {
  if (isOpenTo(candidate)) return null;
  const open = [...(ledger.hosts.get(candidate.berth.host.name)?.open ?? [])];
  const ahead = open.filter((id) => ledger.attempts.get(id)?.status.kind === 'leased').length;
  return { kind: 'queue', ahead };
}
