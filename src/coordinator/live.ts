/** What `status`, `why` and the live view are told of the moment. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Attempt, Sweep } from '../ledger/state.ts';
import { attemptId, type TrialId } from '../model/ids.ts';
import { absentGpusText } from '../model/inventory/absent-gpus.ts';
import type { HostFacts } from '../protocol/messages.ts';
import type { FleetHost } from './hosts/fleet-host.ts';
import type { LaunchState } from './hosts/link.ts';
import { type Connection, connectionOf } from './hosts/link.ts';
import type { CoordinatorState } from './hosts/state.ts';
import { closedTo } from './hosts/eligibility.ts';
import { timesLeft } from './scheduler/time-left.ts';
import { attemptLabel } from '../ledger/labels.ts';
import { labelled } from '../model/refusal/labelled.ts';
import { stranded } from './stranded.ts';

type LiveHost = LiveFigures['hosts'][number];

/** `now` and `at` are the coordinator's wall clock, in ms; `events` are committed. */
export function liveFigures(state: CoordinatorState, pid: number, events: number, now: number): LiveFigures {
  const etas = timesLeft(state, now);
  return {
    at: now,
    pid,
    ledger: state.ledger.ledger,
    events,
    sweeps: [...state.ledger.sweeps.values()].map((sweep) => ({
      sweep: sweep.name,
      eta: etas.get(sweep.name) ?? null,
      asked: state.asked.has(sweep.name),
      waiting: waitingOf(state, sweep),
      stranded: strandedNow(state, sweep),
      waits: [],
      awaits: [],
    })),
    hosts: [...state.fleet.values()].map((host) => liveHost(state, host, now)),
    carries: carriesNow(state),
    inventoryProblem: state.inventoryProblem,
  };
}

function waitingOf({ asked }: CoordinatorState, { name, order }: Sweep): TrialId[] | null {
  const part = asked.get(name) ?? null;
  if (part === null) return null;
  return order.filter(({ id, status }) => status.kind === 'queued' && part.has(id)).map(({ id }) => id);
}

function strandedNow(state: CoordinatorState, sweep: Sweep): LiveFigures['sweeps'][number]['stranded'] {
  const part = state.asked.get(sweep.name);
  return part === undefined
    ? null
    : (stranded(state, sweep, part)?.map((obstacle) => ({ ...obstacle })) ?? null);
}

function carriesNow({ ledger, carries }: CoordinatorState): LiveFigures['carries'] {
  return [...carries].flatMap(([attempt, carried]) =>
    [...carried].flatMap(([to, place]) => {
      const trial = ledger.attempts.get(attempt)?.trial;
      return place.kind === 'on-its-way' && trial !== undefined ? [{ trial, from: place.from, to }] : [];
    }),
  );
}

function liveHost(state: CoordinatorState, host: FleetHost, now: number): LiveHost {
  const open = openAttempts(state, host);
  const link = host.link.kind === 'ready' ? host.link : null;
  return {
    name: host.name,
    labels: [...host.listing.labels],
    ...condition(state, host),
    facts: connectionOf(host.link)?.facts ?? null,
    figures: link?.figures ?? null,
    running: open.flatMap(({ id, trial, status }) =>
      status.kind === 'running'
        ? [{ attempt: id, trial, device: status.device, sinceMs: Math.max(0, now - status.at) }]
        : [],
    ),
    backlog: open.filter(({ status }) => status.kind === 'leased').length,
    holds: (link?.holds ?? []).map(({ attempt, refusals }) => ({
      attempt,
      refusals: refusals.map((refusal) => labelled(refusal, (named) => labelIn(state, named))),
    })),
    others: [...(link?.others ?? [])],
  };
}

/** Null of another ledger's. */
function labelIn({ ledger }: CoordinatorState, id: string): string | null {
  const attempt = ledger.attempts.get(attemptId(id));
  return attempt === undefined ? null : attemptLabel(ledger, attempt);
}

function condition(state: CoordinatorState, host: FleetHost): Pick<LiveHost, 'state' | 'because'> {
  const closed = closedTo(state, host);
  if (closed !== null) return { state: closed.kind, because: closed.because };
  const { link } = host;
  switch (link.kind) {
    case 'left':
      return { state: 'connecting', because: null };
    case 'connecting':
      return { state: 'connecting', because: link.doing };
    case 'away':
    case 'given-up':
    case 'twin':
      return { state: 'unreachable', because: link.because };
    case 'reconciling':
      return link.stuck === null
        ? { state: 'connecting', because: null }
        : { state: 'unreachable', because: link.stuck };
    case 'ready':
      return link.stuck === null ? preparation(link, host) : { state: 'unreachable', because: link.stuck };
    default:
      return link satisfies never;
  }
}

function preparation(
  { launches: all, doing, endsWithLogin, facts }: Connection,
  { listing: { limits } }: FleetHost,
): Pick<LiveHost, 'state' | 'because'> {
  const launches = [...all.values()];
  if (launches.some((launch) => launch.kind === 'preparing')) return { state: 'preparing', because: doing };
  const refused = launches.find((launch) => launch.kind === 'refused');
  if (refused === undefined || launches.some((launch) => launch.kind === 'ready'))
    return { state: 'ready', because: endsWithLogin ?? noteOf(launches) ?? absentGpus(facts, limits) };
  return { state: 'unprepared', because: refused.problem };
}

/** Of a driver that fails to show some, that is said already. */
const absentGpus = (
  { gpus, gpuProblem }: HostFacts,
  { devices }: FleetHost['listing']['limits'],
): string | null => (gpus === null || gpuProblem !== null ? null : absentGpusText(devices, gpus));

const noteOf = (launches: readonly LaunchState[]): string | null =>
  launches.flatMap((launch) => (launch.kind === 'ready' ? (launch.note ?? []) : []))[0] ?? null;

const openAttempts = (state: CoordinatorState, host: FleetHost): Attempt[] =>
  [...(state.ledger.hosts.get(host.name)?.open ?? [])].flatMap((id) => state.ledger.attempts.get(id) ?? []);
