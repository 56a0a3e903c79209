/** P6: why what was asked for is not leased, by the rules by which it is planned. */
import type { LiveFigures } from '../../ledger/live-figures.ts';
import type { Sweep, Trial } from '../../ledger/state.ts';
import { isPartOf } from '../../ledger/sweeps.ts';
import { waitingKey } from '../../ledger/waiting-key.ts';
import type { HostName } from '../../model/ids.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import { concurrencyLeft } from '../hosts/concurrency.ts';
import type { Eligibility } from '../hosts/eligibility.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { misfit } from '../hosts/fit.ts';
import { connectionOf, silenceOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { berthsOf, isOpenTo } from '../scheduler/berth.ts';
import { beginningOf } from '../scheduler/checkpoint.ts';
import { historyOf } from '../scheduler/choice.ts';
import { outlooksOf } from '../scheduler/outlook.ts';
import { startOf } from '../scheduler/start.ts';
import { type Survey, surveyOf } from '../scheduler/survey.ts';

export type Waits = Pick<LiveFigures['sweeps'][number], 'waits' | 'awaits'>;

/**
 * For each sweep that was asked for, by its name. It goes through all that waits, so it is asked once a second, and not for
 * each picture of a live view.
 *
 * @param now wall clock in ms
 */
export function waitsOf(state: CoordinatorState, now: number): ReadonlyMap<string, Waits> {
  const outlooks = outlooksOf(state, now);
  const berths = berthsOf(state, outlooks, now);
  const waits = new Map<string, Waits>();
  for (const sweep of state.ledger.sweeps.values())
    if (state.asked.has(sweep.name) && sweep.status.kind === 'open' && sweep.counts.queued > 0)
      waits.set(sweep.name, waitsIn(state, sweep, surveyOf(state, sweep, berths, outlooks, now)));
  return waits;
}

function waitsIn(state: CoordinatorState, sweep: Sweep, survey: Survey): Waits {
  const asked = state.asked.get(sweep.name) ?? null;
  const full = new Map(survey.choice.candidates.map(({ berth: { host } }) => [host, backlogOf(state, host)]));
  const seen = new Set<string>();
  const groups = new Map<string, Waits['waits'][number]>();
  const awaits: Waits['awaits'] = [];
  const mayAwait = [...state.fleet.values()].some(({ link }) => silenceOf(link)?.wasThere === true);
  for (const trial of sweep.order) {
    if (trial.status.kind !== 'queued' || !isPartOf(asked, trial.id)) continue;
    const key = waitingKey(state.ledger, trial);
    if (!seen.has(key)) join(groups, key, refusalsOf(state, sweep, trial, survey, full));
    seen.add(key);
    const awaited = mayAwait ? awaitedBy(state, trial, survey) : null;
    if (awaited !== null) awaits.push({ trial: trial.id, host: awaited });
  }
  return { waits: [...groups.values()], awaits };
}

/** Trials with different needs often meet the same refusals: each list of these is written once. */
function join(groups: Map<string, Waits['waits'][number]>, key: string, hosts: ToldHost[]): void {
  const words = JSON.stringify(hosts);
  const group = groups.get(words);
  if (group === undefined) groups.set(words, { keys: [key], hosts });
  else group.keys.push(key);
}

type ToldHost = Waits['waits'][number]['hosts'][number];

/** The host whose checkpoint a trial waits for; null where it waits for none. */
function awaitedBy(state: CoordinatorState, trial: Trial, { answers, choice }: Survey): HostName | null {
  if (trial.attempts.length === 0) return null;
  const [any] = [...answers.keys()].filter(({ link }) => connectionOf(link) !== null);
  const beginning = startOf(state, trial, choice)?.beginning ?? (any && beginningOf(state, trial, any.name));
  return beginning?.kind === 'wait' ? beginning.for : null;
}

/** By host; null where nothing is against it. */
function refusalsOf(
  state: CoordinatorState,
  sweep: Sweep,
  trial: Trial,
  { answers, choice }: Survey,
  backlogs: ReadonlyMap<FleetHost, number>,
): ToldHost[] {
  const against = historyOf(state, trial, choice);
  const refusalOf = (host: FleetHost, answer: Eligibility): Refusal | null => {
    if (answer.kind !== 'eligible') return absence(sweep, host, answer);
    const candidate = choice.candidates.find(({ berth }) => berth.host === host);
    if (candidate === undefined) return null;
    return (
      misfit(state.ledger, trial.point, host, candidate.berth.idle) ??
      against?.(host) ??
      atOnce(sweep) ??
      (isOpenTo(candidate) ? null : { kind: 'queue', ahead: backlogs.get(host) ?? 0 })
    );
  };
  return [...answers].map(([host, answer]) => ({ host: host.name, refusal: refusalOf(host, answer) }));
}

/** With what is being done there; the end of a log is for whoever asks what became of the preparation. */
function absence(
  sweep: Sweep,
  { link }: FleetHost,
  answer: Exclude<Eligibility, { kind: 'eligible' }>,
): Refusal {
  const onItsWay = { kind: 'preparing', what: `${sweep.declaration.programName} is on its way` } as const;
  const refusal = answer.kind === 'refused' ? answer.refusal : onItsWay;
  if (refusal.kind === 'unprepared') return { ...refusal, logTail: '' };
  if (refusal.kind !== 'preparing' || !('doing' in link)) return refusal;
  return { ...refusal, what: link.doing ?? refusal.what };
}

function atOnce(sweep: Sweep): Refusal | null {
  const { concurrent } = sweep.declaration;
  if (concurrent === null || concurrencyLeft(sweep) > 0) return null;
  return { kind: 'concurrent', running: sweep.counts.leased + sweep.counts.running, limit: concurrent };
}

/** Trials that wait on a host. */
const backlogOf = ({ ledger }: CoordinatorState, { name }: FleetHost): number =>
  [...(ledger.hosts.get(name)?.open ?? [])].filter((id) => ledger.attempts.get(id)?.status.kind === 'leased')
    .length;
