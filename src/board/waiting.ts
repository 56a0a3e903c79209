/** P6: why a trial waits, from the ledger and the live figures. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Attempt, LedgerState, Sweep, Trial, TrialStatus } from '../ledger/state.ts';
import { waitingKey } from '../ledger/waiting-key.ts';
import type { AttemptId, HostName, TrialId } from '../model/ids.ts';
import { outcomeText } from '../model/result/outcome-text.ts';
import { type DeviceRefusal, deviceRefusalText } from '../model/refusal/device-refusal.ts';
import { type Refusal, refusalText } from '../model/refusal/refusal.ts';
import { notAskedText } from './asked.ts';
import { stillText } from './bearing.ts';
import { deviceLabel } from './devices.ts';
import { lastOneText } from './others.ts';
import { wholeSeconds } from './text.ts';

/** A refusal with where it was met: a GPU's, by UUID and the driver's number, or the whole host's. */
export type PlacedRefusal =
  | (Exclude<Refusal, { kind: 'gpus' }> & { readonly host: HostName; readonly device: null })
  | (DeviceRefusal & { readonly host: HostName; readonly device: string; readonly index: number });

/** Why, in one plain sentence. */
export const placedText = (refusal: PlacedRefusal): string =>
  refusal.device === null ? refusalText(refusal) : `GPU ${refusal.index} ${deviceRefusalText(refusal)}`;

export interface TrialReason {
  readonly trial: TrialId;
  readonly state: TrialStatus['kind'];
  /** One sentence for a person; the refusals have the figures. */
  readonly because: string;
  readonly refusals: readonly PlacedRefusal[];
}

type LiveHost = LiveFigures['hosts'][number];

/** @param live null where no coordinator runs */
export function whyTrial(
  state: LedgerState,
  trial: Trial,
  live: LiveFigures | null,
  nowMs: number,
): TrialReason {
  const { id, status } = trial;
  const reason = (because: string, refusals: readonly PlacedRefusal[] = []): TrialReason => ({
    trial: id,
    state: status.kind,
    because,
    refusals,
  });
  if (status.kind === 'queued') return whyQueued(state, trial, live, reason);
  if (status.kind === 'failed' && status.because !== null)
    return reason(`it was given up: ${status.because}; ${retryText(trial)}`);
  const attempt = status.attempt === null ? undefined : state.attempts.get(status.attempt);
  if (attempt === undefined) return reason(status.kind);
  if (status.kind === 'leased') return whyLeased(state, attempt, live, reason);
  const host = live?.hosts.find(({ name }) => name === attempt.host) ?? null;
  return reason(settledText(attempt, status.kind, host, nowMs));
}

const retryText = ({ id }: Pick<Trial, 'id'>): string =>
  `\`labsweep retry ${id.slice(0, 8)}\` tries it again`;

type Reason = (because: string, refusals?: readonly PlacedRefusal[]) => TrialReason;

function whyQueued(state: LedgerState, trial: Trial, live: LiveFigures | null, reason: Reason): TrialReason {
  const sweeps = trial.sweeps.flatMap((name) => state.sweeps.get(name) ?? []);
  const open = sweeps.filter(({ status }) => status.kind === 'open');
  const sweep = open.find((one) => notAskedText(one, trial, live) === null) ?? open[0];
  if (sweep === undefined) return reason(notOpenText(sweeps[0]));
  const notAsked = notAskedText(sweep, trial, live);
  if (notAsked !== null) return reason(notAsked);
  if (live === null) return reason(`no coordinator runs; \`labsweep resume ${sweep.name}\` starts one`);
  if (live.hosts.length === 0) return reason('the inventory has no hosts');
  return reason(
    waitsForCheckpoint(trial, live) ?? 'it waits for a host',
    refusalsIn(state, trial, sweep, live).flatMap(({ host, refusal }) => placed(host, refusal)),
  );
}

/** Its next attempt goes on from where the last one was. */
function waitsForCheckpoint({ id }: Trial, { carries, sweeps }: LiveFigures): string | null {
  const carry = carries.find(({ trial }) => trial === id);
  if (carry !== undefined) return `its checkpoint is on its way from ${carry.from} to ${carry.to}`;
  const awaited = sweeps.flatMap(({ awaits }) => awaits).find(({ trial }) => trial === id);
  return awaited === undefined
    ? null
    : `it waits for ${awaited.host}, which has its checkpoint and cannot be reached now`;
}

/** What the coordinator has said of it; where it has said nothing yet, how its hosts are. */
function refusalsIn(
  state: LedgerState,
  trial: Trial,
  sweep: Sweep,
  { sweeps, hosts }: LiveFigures,
): { readonly host: HostName; readonly refusal: Refusal }[] {
  const key = waitingKey(state, trial);
  const waits = sweeps.find((one) => one.sweep === sweep.name)?.waits.find(({ keys }) => keys.includes(key));
  const said =
    waits?.hosts ??
    hosts.map((host) => ({
      host: host.name,
      refusal:
        host.state === 'ready' ? ({ kind: 'queue', ahead: host.backlog } as const) : refusalOfState(host),
    }));
  const ahead = aheadOf(state, sweep, trial);
  return said.map(({ host, refusal }) => ({
    host,
    refusal:
      refusal === null || refusal.kind === 'queue'
        ? { kind: 'queue', ahead: ahead + (refusal?.ahead ?? 0) }
        : refusal,
  }));
}

/** Of a host that is not ready. */
export function refusalOfState({ state, because }: LiveHost): Refusal {
  switch (state) {
    case 'quarantined':
    case 'off':
    case 'unreachable':
      return { kind: state, because: because ?? '' };
    case 'unprepared':
      return { kind: 'unprepared', because: because ?? '', logTail: '' };
    case 'preparing':
    case 'connecting':
    case 'ready':
      return { kind: 'preparing', what: because ?? state };
    default:
      return state satisfies never;
  }
}

function whyLeased(
  state: LedgerState,
  attempt: Attempt,
  live: LiveFigures | null,
  reason: Reason,
): TrialReason {
  const backlog = backlogOf(state, attempt.host);
  const ahead = backlog.indexOf(attempt.id);
  const place = `it is number ${ahead + 1} of ${backlog.length} in the backlog of ${attempt.host}`;
  if (live === null) return reason(`${place}, which works through it without a coordinator too`);
  const host = live.hosts.find(({ name }) => name === attempt.host);
  if (host === undefined) return reason(`${place}, which is in the inventory no more`);
  const held = host.holds.find((hold) => hold.attempt === attempt.id)?.refusals ?? [];
  if (held.length > 0)
    return reason(
      place,
      held.flatMap((refusal) => placed(host.name, refusal)),
    );
  if (host.state !== 'ready') return reason(place, placed(host.name, refusalOfState(host)));
  if (ahead === 0) return reason(`${place} and starts as soon as there is room`);
  return reason(place, placed(host.name, { kind: 'queue', ahead }));
}

/** Attempts that wait on a host, as they start there (worker/core/queue.ts): the most urgent first, of these the longest. */
const backlogOf = (state: LedgerState, host: HostName): AttemptId[] =>
  [...(state.hosts.get(host)?.open ?? [])]
    .flatMap((id) => state.attempts.get(id) ?? [])
    .filter(({ status }) => status.kind === 'leased')
    .sort(
      (one, other) =>
        other.priority - one.priority || (other.predicted?.seconds ?? 0) - (one.predicted?.seconds ?? 0),
    )
    .map(({ id }) => id);

/** One for each GPU where it is the GPUs that refuse. */
function placed(host: HostName, refusal: Refusal): PlacedRefusal[] {
  if (refusal.kind !== 'gpus') return [{ host, device: null, ...refusal }];
  return refusal.devices.flatMap(({ device, index, refusals }) =>
    refusals.map((one) => ({ host, device, index, ...one })),
  );
}

function aheadOf({ sweeps }: LedgerState, sweep: Sweep, trial: Trial): number {
  let ahead = 0;
  for (const { status, counts, declaration } of sweeps.values())
    if (status.kind === 'open' && declaration.priority > sweep.declaration.priority) ahead += counts.queued;
  for (const other of sweep.order) {
    if (other === trial) break;
    if (other.status.kind === 'queued') ahead += 1;
  }
  return ahead;
}

/** The reason may have the end of a log behind it. */
export const howStoppedText = ({ by, because }: Extract<Sweep['status'], { kind: 'stopped' }>): string =>
  by === 'person' ? 'stopped by a person' : `stopped: ${because.split('\n', 1)[0] ?? ''}`;

export function notOpenText(sweep: Sweep | undefined): string {
  if (sweep === undefined) return 'no sweep holds it any more';
  const { status, name } = sweep;
  if (status.kind === 'stopped')
    return `sweep ${name} was ${howStoppedText(status)}; \`labsweep resume ${name}\` goes on`;
  if (status.kind === 'paused') return `sweep ${name} is paused; \`labsweep resume ${name}\` goes on`;
  return `sweep ${name} is being declared`;
}

function settledText(
  attempt: Attempt,
  kind: Exclude<TrialStatus['kind'], 'queued' | 'leased'>,
  live: LiveHost | null,
  nowMs: number,
): string {
  const { host, status, number } = attempt;
  switch (kind) {
    case 'running': {
      if (status.kind !== 'running') return `it runs on ${host}`;
      const since = wholeSeconds(Math.max(0, nowMs - status.at));
      const still = live === null ? null : stillText(live, attempt.id);
      const last = live === null ? null : lastOneText(live, attempt.id);
      return [
        `it has been running on ${host} (${deviceLabel(live, status.device)}) for ${since}`,
        ...(still === null ? [] : [still]),
        ...(last === null ? [] : [`it ${last}`]),
      ].join('; ');
    }
    case 'succeeded':
      return `it has succeeded, by attempt ${number} on ${host}`;
    case 'diverged': {
      const how = status.kind === 'ended' ? outcomeText(status.end.outcome) : kind;
      return `attempt ${number} on ${host} ${how}; that is its result, and it is not trained again`;
    }
    case 'failed':
    case 'cancelled': {
      const how = status.kind === 'ended' ? outcomeText(status.end.outcome) : kind;
      return `attempt ${number} on ${host} ${how}; ${retryText({ id: attempt.trial })}`;
    }
    default:
      return kind satisfies never;
  }
}
