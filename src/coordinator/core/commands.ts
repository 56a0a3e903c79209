/** What people ask for, as facts and instructions. */
import type { PointDeclaration, SweepDeclaration } from '../../ledger/events.ts';
import type { Attempt, Sweep } from '../../ledger/state.ts';
import { type HostName, sweepName, trialId } from '../../model/ids.ts';
import { canonicalJson } from '../../model/canonical.ts';
import type { Command } from './command.ts';
import { takeResults } from './imports.ts';
import { drain, openOn, switchOff, takeInUse, trust } from './host-commands.ts';
import { takeBackOutdated } from './outdated.ts';
import type { CoordinatorState } from './state.ts';
import { isSuspect } from './suspicion.ts';
import type { Turn } from './turn.ts';

/** Points in one event: a row of a few hundred KB, however large the sweep. */
const pointsPerEvent = 2_000;

export function carryOut(
  state: CoordinatorState,
  turn: Turn,
  command: Command,
  by: number,
  now: number,
): void {
  turn.instruct({ kind: 'answer', to: by, message: answerTo(state, turn, command, now) });
}

function answerTo(state: CoordinatorState, turn: Turn, command: Command, now: number): string {
  switch (command.kind) {
    case 'run':
      trustHosts(state, turn, now);
      return run(state, turn, command.declaration, command.points, now);
    case 'resume':
      trustHosts(state, turn, now);
      return resume(state, turn, command.sweep, now);
    case 'pause':
      return pause(state, turn, command.sweep, now);
    case 'stop':
      return stop(state, turn, command.sweep, now);
    case 'drain':
      return drain(state, turn, command.host, now);
    case 'off':
      return switchOff(state, turn, command.host, command.because, now);
    case 'on':
      return takeInUse(state, turn, command.host, now);
    case 'retry':
      return retry(state, turn, command.trials, now);
    case 'import':
      return importResults(state, turn, command, now);
    default:
      return command satisfies never;
  }
}

/** What runs here of a trial that has a result now is ended. */
function importResults(
  state: CoordinatorState,
  turn: Turn,
  command: Extract<Command, { kind: 'import' }>,
  now: number,
): string {
  const taken = takeResults(state, turn, command, now);
  for (const attempt of taken) cancelOthers(state, turn, attempt);
  return `${taken.length} taken in`;
}

/** Who asks for more has mended what kept trials from starting; a host where it still does is soon left out again. */
function trustHosts(state: CoordinatorState, turn: Turn, now: number): void {
  for (const record of state.ledger.hosts.values())
    if (record.quarantine !== null || isSuspect(record))
      turn.record({ kind: 'host-trusted', at: now, host: record.name });
  for (const host of state.fleet.values()) trust(turn, host);
}

function run(
  state: CoordinatorState,
  turn: Turn,
  declaration: SweepDeclaration,
  points: readonly PointDeclaration[],
  now: number,
): string {
  const known = state.ledger.sweeps.get(sweepName(declaration.sweep));
  if (known === undefined || !isSameDeclaration(known, declaration, points))
    declare(state, turn, declaration, points, now);
  else resumeSweep(turn, known, now);
  state.firstFailures.delete(sweepName(declaration.sweep));
  return `sweep ${declaration.sweep} runs`;
}

function declare(
  state: CoordinatorState,
  turn: Turn,
  declaration: SweepDeclaration,
  points: readonly PointDeclaration[],
  now: number,
): void {
  turn.record({ kind: 'sweep-declared', at: now, declaration });
  for (let from = 0; from < points.length; from += pointsPerEvent) {
    const part = points.slice(from, from + pointsPerEvent);
    turn.record({ kind: 'points-declared', at: now, sweep: declaration.sweep, points: part });
  }
  turn.record({ kind: 'sweep-opened', at: now, sweep: declaration.sweep });
  for (const host of state.ledger.hosts.keys()) {
    cancelUnwanted(state, turn, host);
    takeBackOutdated(state, turn, host);
  }
}

function isSameDeclaration(
  known: Sweep,
  declaration: SweepDeclaration,
  points: readonly PointDeclaration[],
): boolean {
  return (
    known.status.kind !== 'declaring' &&
    !known.isImported &&
    canonicalJson(known.declaration) === canonicalJson(declaration) &&
    known.points.length === points.length &&
    points.every((point, index) => isSamePoint(point, known.points[index]))
  );
}

const isSamePoint = (point: PointDeclaration, known: PointDeclaration | undefined): boolean =>
  known !== undefined &&
  point.trials.join() === known.trials.join() &&
  point.case === known.case &&
  canonicalJson(point.resources) === canonicalJson(known.resources);

function resumeSweep(turn: Turn, sweep: Sweep, now: number): void {
  const { kind } = sweep.status;
  if (kind === 'stopped' || kind === 'paused')
    turn.record({ kind: 'sweep-opened', at: now, sweep: sweep.name });
}

function resume(state: CoordinatorState, turn: Turn, name: string | null, now: number): string {
  const sweeps = sweepsNamed(state, name);
  for (const sweep of sweeps) resumeSweep(turn, sweep, now);
  return sweeps.length === 0 ? noSweep(name) : `resumed: ${namesOf(sweeps)}`;
}

/** What waits on hosts is taken back by the plan that follows. */
function pause(state: CoordinatorState, turn: Turn, name: string | null, now: number): string {
  const sweeps = sweepsNamed(state, name);
  if (sweeps.length === 0) return noSweep(name);
  const open = sweeps.filter((sweep) => sweep.status.kind === 'open' && isUnfinished(sweep));
  for (const sweep of open) turn.record({ kind: 'sweep-paused', at: now, sweep: sweep.name });
  return open.length === 0
    ? `nothing of ${namesOf(sweeps)} waits or runs`
    : `paused: ${namesOf(open)}; what runs goes to its end`;
}

const isUnfinished = ({ counts: { queued, leased, running } }: Sweep): boolean =>
  queued + leased + running > 0;

const isStopped = ({ status }: Sweep): boolean => status.kind === 'stopped' || status.kind === 'declaring';

function stop(state: CoordinatorState, turn: Turn, name: string | null, now: number): string {
  const sweeps = sweepsNamed(state, name);
  if (sweeps.length === 0) return noSweep(name);
  const busy = sweeps.filter((sweep) => !isStopped(sweep) && isUnfinished(sweep));
  for (const sweep of busy) stopSweep(state, turn, sweep, 'person', 'stopped by a person', now);
  return busy.length === 0 ? `nothing of ${namesOf(sweeps)} waits or runs` : `stopped: ${namesOf(busy)}`;
}

const sweepsNamed = (state: CoordinatorState, name: string | null): Sweep[] =>
  [...state.ledger.sweeps.values()].filter((sweep) => name === null || sweep.name === name);

const namesOf = (sweeps: readonly Sweep[]): string => sweeps.map(({ name }) => name).join(', ');

const noSweep = (name: string | null): string =>
  name === null ? 'there is no sweep' : `there is no sweep ${name}`;

/** Nothing more of it starts; what of it waits or runs on a host, and serves no other open sweep, is ended. */
export function stopSweep(
  state: CoordinatorState,
  turn: Turn,
  sweep: Sweep,
  by: 'person' | 'same-failure',
  because: string,
  now: number,
): void {
  if (isStopped(sweep)) return;
  turn.record({ kind: 'sweep-stopped', at: now, sweep: sweep.name, by, because });
  for (const [host, attempts] of openAttemptsBy(state, sweep))
    turn.instruct({ kind: 'send', host, message: { kind: 'cancel', attempts } });
}

/** Ends what a host holds for no open sweep: a stop that a cut kept it from hearing, a point edited away. */
export function cancelUnwanted(state: CoordinatorState, turn: Turn, host: HostName): void {
  const attempts = openOn(state, host).filter((attempt) => !isWanted(state, attempt));
  if (attempts.length > 0)
    turn.instruct({
      kind: 'send',
      host,
      message: { kind: 'cancel', attempts: attempts.map((attempt) => attempt.id) },
    });
}

function openAttemptsBy(state: CoordinatorState, sweep: Sweep): Map<HostName, string[]> {
  const byHost = new Map<HostName, string[]>();
  for (const host of state.ledger.hosts.keys()) {
    const ids = openOn(state, host)
      .filter((attempt) => attempt.sweep === sweep.name && !isWanted(state, attempt))
      .map((attempt) => attempt.id);
    if (ids.length > 0) byHost.set(host, ids);
  }
  return byHost;
}

/** After a silence a trial may have two attempts: the one that ends well first counts, the other is ended. */
export function cancelOthers(state: CoordinatorState, turn: Turn, { id, trial }: Attempt): void {
  for (const other of state.ledger.trials.get(trial)?.attempts ?? []) {
    const host = state.ledger.attempts.get(other)?.host;
    if (other === id || host === undefined || !state.ledger.hosts.get(host)?.open.has(other)) continue;
    turn.instruct({ kind: 'send', host, message: { kind: 'cancel', attempts: [other] } });
  }
}

function isWanted(state: CoordinatorState, attempt: Attempt): boolean {
  const trial = state.ledger.trials.get(attempt.trial);
  if (trial === undefined || trial.status.kind === 'succeeded') return false;
  return trial.sweeps.some((name) => {
    const sweep = state.ledger.sweeps.get(name);
    return sweep !== undefined && !isStopped(sweep);
  });
}

function retry(state: CoordinatorState, turn: Turn, trials: readonly string[], now: number): string {
  const failed = trials.filter((id) => {
    const kind = state.ledger.trials.get(trialId(id))?.status.kind;
    return kind === 'failed' || kind === 'cancelled';
  });
  if (failed.length === 0) return 'none of these trials has failed';
  turn.record({ kind: 'retry-asked', at: now, trials: failed });
  for (const sweep of state.ledger.sweeps.values())
    if (sweep.counts.queued > 0) {
      resumeSweep(turn, sweep, now);
      state.firstFailures.delete(sweep.name);
    }
  return `${failed.length} ${failed.length === 1 ? 'trial' : 'trials'} queued again`;
}
