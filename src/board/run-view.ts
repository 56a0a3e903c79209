/** What a person sees of a sweep that runs: built from the ledger's state and the live figures, whoever has them. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Attempt, LedgerState, Sweep, SweepStatus, TrialStatus } from '../ledger/state.ts';
import type { Eta } from '../model/eta.ts';
import type { AttemptId, HostName } from '../model/ids.ts';
import { type MetricsLine, metricOf } from '../model/result/metrics.ts';
import { isResult } from '../model/result/outcome.ts';
import { outcomeText } from '../model/result/outcome-text.ts';
import { refusalText } from '../model/refusal/refusal.ts';
import type { Best } from '../results/best.ts';
import type { Findings } from './findings.ts';
import type { Holding } from '../protocol/messages.ts';
import { isAskedFor, notAskedOf } from './asked.ts';
import { deviceLabel } from './devices.ts';
import { heldFreeText, lastOneText } from './others.ts';
import { attemptLabel } from '../ledger/labels.ts';

export interface RunView extends Findings {
  readonly sweep: string;
  readonly status: SweepStatus;
  readonly priority: number;
  /** Of what was asked for. */
  readonly counts: Readonly<Record<TrialStatus['kind'], number>>;
  /** Trials besides that wait and that nobody asked for. */
  readonly notAsked: number;
  /** Whether the coordinator that runs was asked for it. */
  readonly isAsked: boolean;
  /** Since the sweep was opened. */
  readonly elapsedMs: number;
  readonly eta: Eta | null;
  readonly hosts: readonly HostView[];
  readonly best: Best | null;
  /** The latest first, a few. */
  readonly failures: readonly Failure[];
}

export interface HostView {
  readonly name: HostName;
  /** `unknown`: nobody coordinates, so nothing is known of it but what the ledger holds. */
  readonly state: LiveHost['state'] | 'unknown';
  readonly because: string | null;
  readonly running: readonly Running[];
  /** Attempts that wait there. */
  readonly backlog: number;
  /** Why the first of them waits. */
  readonly hold: string | null;
  /** What other ledgers have there. */
  readonly others: readonly Holding[];
  /** What holds for the moment and concerns other people there, a sentence each. */
  readonly notices: readonly string[];
}

export interface Running {
  readonly label: string;
  /** `cpu`, or `GPU 1`. */
  readonly device: string;
  readonly runningMs: number;
  /** The objective in its latest metrics line. */
  readonly value: number | null;
}

export interface Failure {
  readonly label: string;
  readonly host: HostName;
  readonly reason: string;
  readonly agoMs: number;
}

/** Nothing of it waits or runs. */
export const isAtRest = ({ counts: { queued, leased, running } }: Pick<RunView, 'counts'>): boolean =>
  queued + leased + running === 0;

type LiveHost = LiveFigures['hosts'][number];

export interface RunViewSources {
  readonly state: LedgerState;
  readonly sweep: Sweep;
  /** Null where nobody coordinates. */
  readonly live: Pick<LiveFigures, 'sweeps' | 'hosts'> | null;
  readonly best: Best | null;
  readonly findings: Findings;
  /** An attempt's latest metrics line, where one is known. */
  readonly latestLine: (attempt: AttemptId) => MetricsLine | null;
  /** Wall clock of this machine, which is the coordinator's. */
  readonly nowMs: number;
}

const mostFailures = 3;

export function runView(sources: RunViewSources): RunView {
  const { state, sweep, live, best, findings, nowMs } = sources;
  const notAsked = notAskedOf(sweep, live);
  return {
    sweep: sweep.name,
    status: sweep.status,
    priority: sweep.declaration.priority,
    counts: { ...sweep.counts, queued: sweep.counts.queued - notAsked },
    notAsked,
    isAsked: isAskedFor(sweep, live),
    elapsedMs: sweep.openedAt === null ? 0 : nowMs - sweep.openedAt,
    eta: live?.sweeps.find((one) => one.sweep === sweep.name)?.eta ?? null,
    hosts: hostNames(state, live).map((name) => hostView(sources, name)),
    best,
    ...findings,
    failures: recentFailures(sources),
  };
}

/** Those of the inventory in its order; without a coordinator those that still hold something. */
function hostNames(state: LedgerState, live: RunViewSources['live']): HostName[] {
  if (live !== null) return live.hosts.map(({ name }) => name);
  return [...state.hosts.values()].filter(({ open }) => open.size > 0).map(({ name }) => name);
}

function hostView(sources: RunViewSources, name: HostName): HostView {
  const live = sources.live?.hosts.find((host) => host.name === name) ?? null;
  const open = attemptsOn(sources.state, name);
  const leased = open.filter(({ status }) => status.kind === 'leased').length;
  const refusal = live?.holds[0]?.refusals[0];
  return {
    name,
    state: live?.state ?? 'unknown',
    because: live?.because ?? null,
    running: open.flatMap((attempt) => running(sources, attempt, live) ?? []),
    backlog: live?.backlog ?? leased,
    hold: refusal === undefined ? null : refusalText(refusal),
    others: live?.others ?? [],
    notices: live === null ? [] : noticesOf(sources.state, live, open),
  };
}

function noticesOf(state: LedgerState, live: LiveHost, open: readonly Attempt[]): string[] {
  const held = heldFreeText(live);
  const lastOnes = open.flatMap((attempt) => {
    const text = lastOneText(live, attempt.id);
    return text === null ? [] : [`${attemptLabel(state, attempt)} ${text}`];
  });
  return held === null ? lastOnes : [held, ...lastOnes];
}

const attemptsOn = (state: LedgerState, name: HostName): Attempt[] =>
  [...(state.hosts.get(name)?.open ?? [])].flatMap((id) => state.attempts.get(id) ?? []);

function running(
  { state, latestLine, nowMs }: RunViewSources,
  attempt: Attempt,
  host: LiveHost | null,
): Running | null {
  if (attempt.status.kind !== 'running') return null;
  const objective = state.sweeps.get(attempt.sweep)?.declaration.objective;
  return {
    label: attemptLabel(state, attempt),
    device: deviceLabel(host, attempt.status.device),
    runningMs: Math.max(0, nowMs - attempt.status.at),
    value: objective === undefined ? null : metricOf(latestLine(attempt.id), objective.metric),
  };
}

function recentFailures({ state, sweep, nowMs }: RunViewSources): Failure[] {
  const latest: { attempt: Attempt; at: number; reason: string }[] = [];
  for (const attempt of state.attempts.values()) {
    if (attempt.sweep !== sweep.name || attempt.status.kind !== 'ended') continue;
    const { at, end } = attempt.status;
    if (isResult(end.outcome.kind) || end.outcome.kind === 'cancelled') continue;
    if (latest.length === mostFailures && at < (latest.at(-1)?.at ?? 0)) continue;
    latest.push({ attempt, at, reason: outcomeText(end.outcome) });
    latest.sort((a, b) => b.at - a.at);
    latest.length = Math.min(latest.length, mostFailures);
  }
  return latest.map(({ attempt, at, reason }) => ({
    label: attemptLabel(state, attempt),
    host: attempt.host,
    reason,
    agoMs: Math.max(0, nowMs - at),
  }));
}
