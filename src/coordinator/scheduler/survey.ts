/** What hosts are to a sweep: who may be leased its trials, who is on the way, and why the others are not. */
import type { Sweep } from '../../ledger/state.ts';
import { type Eligibility, eligibility } from '../hosts/eligibility.ts';
import type { FleetHost } from '../hosts/fleet-host.ts';
import { connectionOf } from '../hosts/link.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import { type Berth, candidateOf } from './berth.ts';
import type { Choice } from './choice.ts';
import type { Outlooks } from './outlook.ts';
import { keepShares } from './shares.ts';

export interface Survey {
  readonly answers: ReadonlyMap<FleetHost, Eligibility>;
  readonly choice: Choice;
}

/** @param now wall clock in ms */
export function surveyOf(
  state: CoordinatorState,
  sweep: Sweep,
  berths: readonly Berth[],
  outlooks: Outlooks,
  now: number,
): Survey {
  const answers = new Map(berths.map(({ host }) => [host, eligibility(state, sweep, host)]));
  const answerOf = (host: FleetHost): Eligibility | undefined => answers.get(host);
  const launchOn = ({ link }: FleetHost): string | undefined =>
    connectionOf(link)?.launches.get(sweep.declaration.launch)?.kind;
  const candidates = berths
    .filter(({ host }) => answerOf(host)?.kind === 'eligible')
    .map((berth) => candidateOf(state, sweep, berth, outlooks, now));
  const others = [...answers].filter(([, { kind }]) => kind !== 'eligible');
  const awaited = others.filter(([host, answer]) => !isRefused(answer, launchOn(host))).length;
  keepShares(state, sweep, candidates, awaited, now);
  const hosts = [...answers.keys()];
  const coming = [
    ...hosts.filter((host) => answerOf(host)?.kind === 'unprepared'),
    ...hosts.filter((host) => launchOn(host) === 'preparing'),
  ];
  const away = hosts.filter((host) => isMissed(answers.get(host), host));
  return { answers, choice: { candidates, coming, away } };
}

/** Waiting a moment does not bring it. */
const isRefused = (answer: Eligibility, launch: string | undefined): boolean =>
  answer.kind === 'refused' && (answer.refusal.kind !== 'preparing' || launch === 'refused');

/** It would be used if it were there. */
const isMissed = (answer: Eligibility | undefined, { link }: FleetHost): boolean =>
  answer?.kind === 'refused' &&
  (answer.refusal.kind === 'unreachable' || answer.refusal.kind === 'preparing') &&
  link.kind !== 'ready';
