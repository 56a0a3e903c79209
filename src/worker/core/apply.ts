/** Journal records into state: live and after a restart alike, so that there is no second way to arrive at a state. */
import { limitsOf } from '../../throttle/limits.ts';
import type { AttemptId, LedgerId } from '../../model/ids.ts';
import type { AttemptEnd } from '../../model/result/attempt-end.ts';
import { noteOutgrown } from '../../model/result/outgrown.ts';
import { memorySeen } from '../../model/result/memory-seen.ts';
import { observeMemory, oneKind } from '../../predict/memory.ts';
import type { Lease } from '../../protocol/messages.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { ledgerSide } from './ledger-side.ts';
import type { JournalRecord } from './journal-record.ts';
import { keep, noLines } from './kept-lines.ts';
import { sweepOf } from './queue.ts';
import type { WorkerState } from './state.ts';

/** Acknowledged attempts that are remembered: far more than the leases that can be on their way. */
const remembered = 20_000;

export function apply(state: WorkerState, record: JournalRecord): void {
  switch (record.kind) {
    case 'boot':
      state.bootId = record.bootId;
      state.hasLeft = false;
      break;
    case 'left':
      state.hasLeft = true;
      break;
    case 'term':
      Object.assign(ledgerSide(state, record.ledger), { term: record.term, owner: record.owner });
      break;
    case 'limits':
      Object.assign(ledgerSide(state, record.ledger), {
        caps: record.limits,
        limits: limitsOf(record.limits),
      });
      break;
    case 'settings':
      ledgerSide(state, record.ledger).settings = record.settings;
      break;
    case 'launch':
      state.launches.set(record.launch, record.spec);
      break;
    case 'leased':
      for (const lease of record.leases) hold(state, record.ledger, lease);
      break;
    case 'taken-back':
      for (const id of record.attempts) drop(state, id);
      break;
    case 'starting':
      withAttempt(state, record.attempt, (held) => begin(state, held, record));
      break;
    case 'started':
      withAttempt(state, record.attempt, (held) => run(held, record));
      break;
    case 'identified':
      withAttempt(state, record.attempt, ({ status }) => {
        if (status.kind === 'running')
          status.run.process = { ...status.run.process, startTime: record.startTime };
      });
      break;
    case 'stopping':
      withAttempt(state, record.attempt, (held) => {
        held.stopping = { why: record.why, killAt: record.killAt, hasKilled: false };
      });
      break;
    case 'suspended':
      withAttempt(state, record.attempt, ({ status }) => {
        if (status.kind === 'running') status.run.suspended = { since: record.at, because: record.because };
      });
      break;
    case 'resumed':
      withAttempt(state, record.attempt, ({ status }) => {
        if (status.kind !== 'running') return;
        status.run.suspended = null;
        status.run.hasStoodStill = true;
      });
      break;
    case 'lines':
      withAttempt(state, record.attempt, (held) => {
        const objective = state.launches.get(held.lease.launch)?.objective;
        if (objective !== undefined) keep(held.kept, record, objective, record.offsets);
      });
      break;
    case 'ended':
      withAttempt(state, record.attempt, (held) => end(state, held, record.end));
      break;
    case 'acked':
      for (const id of record.attempts) forget(state, id);
      break;
    case 'used':
      Object.assign(state.use, {
        used: { gpuSeconds: record.gpuSeconds, coreSeconds: record.coreSeconds },
        ledgers: { use: new Map(record.ledgers), wanting: state.use.ledgers.wanting },
        sweeps: { use: new Map(record.sweeps), wanting: state.use.sweeps.wanting },
        recordedAt: record.at,
      });
      break;
    default:
      record satisfies never;
  }
}

function withAttempt(state: WorkerState, id: string, change: (held: HeldAttempt) => void): void {
  const held = state.attempts.get(id);
  if (held !== undefined) change(held);
}

function hold(state: WorkerState, ledger: LedgerId, lease: Lease): void {
  state.outgrown.delete(lease.shape);
  state.attempts.set(lease.attempt, {
    ledger,
    lease,
    status: { kind: 'waiting' },
    device: 'cpu',
    kept: noLines(),
    sentLines: 0,
    stopping: null,
  });
  const side = ledgerSide(state, ledger);
  side.waiting.add(lease.attempt);
  side.queue = null;
}

function begin(
  state: WorkerState,
  held: HeldAttempt,
  { at, device }: Extract<JournalRecord, { kind: 'starting' }>,
): void {
  const side = ledgerSide(state, held.ledger);
  side.waiting.delete(held.lease.attempt);
  // Served: the other ledgers come first now.
  state.ledgers.delete(side.ledger);
  state.ledgers.set(side.ledger, side);
  state.use.started += 1;
  side.served.set(sweepOf(held.lease), state.use.started);
  held.device = device;
  held.status = { kind: 'starting', at };
  state.active.add(held);
}

function run(held: HeldAttempt, record: Extract<JournalRecord, { kind: 'started' }>): void {
  if (held.status.kind !== 'starting') return;
  const at = record.at ?? held.status.at;
  held.status = {
    kind: 'running',
    run: {
      startedAt: at,
      process: { pid: record.pid, startTime: record.startTime },
      oomKills: record.oomKills,
      suspendedMs: 0,
      lifeAt: at,
      cpuMs: null,
      measuredBytes: null,
      peakBytes: null,
      settled: false,
      hasCheckpoint: false,
      suspended: null,
      hasStoodStill: false,
      besideAt: null,
      sharedMs: 0,
      nearMs: 0,
      gpu: {
        baselineBytes: null,
        measuredBytes: null,
        peakBytes: null,
        besideAt: null,
        steady: 0,
        settled: false,
        computesSince: at,
        startWatts: null,
        startUtilisation: null,
        draw: null,
        busySum: 0,
        loneSamples: 0,
        busySamples: 0,
        hasShownPower: false,
      },
    },
  };
}

function end(state: WorkerState, held: HeldAttempt, attemptEnd: AttemptEnd): void {
  ledgerSide(state, held.ledger).waiting.delete(held.lease.attempt);
  state.active.delete(held);
  held.status = { kind: 'ended', end: attemptEnd };
  learnMemory(state, held, attemptEnd);
  noteOutgrown(state.outgrown, held.lease.shape, attemptEnd);
  if (attemptEnd.outcome.kind !== 'succeeded') return;
  const { shape, launch } = held.lease;
  state.observedShapes.add(shape);
  const peak = Math.max(state.launchPeaks.get(launch) ?? 0, attemptEnd.peakMemoryBytes ?? 0);
  state.launchPeaks.set(launch, peak);
  if (attemptEnd.device === null || attemptEnd.device === 'cpu') return;
  const gpuPeak = Math.max(state.launchGpuPeaks.get(launch) ?? 0, attemptEnd.peakGpuMemoryBytes ?? 0);
  state.launchGpuPeaks.set(launch, gpuPeak);
}

function learnMemory({ memories }: WorkerState, { lease }: HeldAttempt, attemptEnd: AttemptEnd): void {
  const { launch, shape, resources } = lease;
  const { gpu, host } = memorySeen(attemptEnd);
  const kind = (declaredBytes: number | null) => ({ launch, shape, declaredBytes });
  const gpuName = attemptEnd.gpuName ?? oneKind;
  if (gpu !== null) observeMemory(memories.gpu, gpuName, kind(resources.gpuMemoryBytes), gpu);
  if (host !== null) observeMemory(memories.host, oneKind, kind(resources.hostMemoryBytes), host);
}

function forget(state: WorkerState, id: AttemptId): void {
  drop(state, id);
  state.forgotten.add(id);
  if (state.forgotten.size <= remembered) return;
  const [oldest] = state.forgotten;
  if (oldest !== undefined) state.forgotten.delete(oldest);
}

function drop(state: WorkerState, id: string): void {
  const held = state.attempts.get(id);
  if (held === undefined) return;
  ledgerSide(state, held.ledger).waiting.delete(id);
  state.active.delete(held);
  state.attempts.delete(id);
}
