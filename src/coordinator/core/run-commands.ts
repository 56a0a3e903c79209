/** What people ask for of sweeps: all of one, a part of it, to go on with it, or failed trials once more. */
import type { PointDeclaration, SweepDeclaration, SweepPart } from '../../ledger/events.ts';
import { hasResult } from '../../ledger/results.ts';
import type { Sweep, Trial } from '../../ledger/state.ts';
import { countsOf, isPartOf, isUnfinished, trialsOf } from '../../ledger/sweeps.ts';
import { canonicalJson } from '../../model/grid/canonical.ts';
import type { SweepName, TrialId } from '../../model/ids.ts';
import { ask } from '../hosts/asked.ts';
import type { Asked, Command } from './command.ts';
import { cancelUnwanted } from './commands.ts';
import { takeBackOutdated } from './outdated.ts';
import type { CoordinatorState } from '../hosts/state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Points in one event: a row of a few hundred KB, however large the sweep. */
const pointsPerEvent = 2_000;

type Declared = Pick<Extract<Command, { kind: 'run' }>, 'declaration' | 'points'>;

export function run(state: CoordinatorState, turn: CoordinatorTurn, declared: Declared, now: number): string {
  const name = declared.declaration.sweep;
  const known = sameSweep(state, declared);
  if (known === null) declare(state, turn, declared, 'all', now);
  else if (known.status.kind !== 'open' || known.part !== null) open(turn, known, 'all', now);
  ask(state, name, null);
  state.firstFailures.delete(name);
  return `sweep ${name} runs`;
}

/** The declaration is the file's: a part that is asked for takes nothing out of the sweep. */
export function runPart(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  declared: Declared & { readonly part: SweepPart },
  now: number,
): string {
  const { part } = declared;
  const known = sameSweep(state, declared);
  if (known === null) declare(state, turn, declared, part, now);
  else if (!isAskedBefore(known, part)) open(turn, known, part, now);
  const sweep = state.ledger.sweeps.get(declared.declaration.sweep);
  if (sweep === undefined) return noSweep(declared.declaration.sweep);
  const trials = trialsOf(sweep, part);
  ask(state, sweep.name, trials);
  state.firstFailures.delete(sweep.name);
  return `${trials.size} of ${sweep.order.length} trials of sweep ${sweep.name} ${trials.size === 1 ? 'runs' : 'run'}`;
}

const isAskedBefore = (sweep: Sweep, part: SweepPart): boolean =>
  sweep.status.kind === 'open' && [...trialsOf(sweep, part)].every((id) => isPartOf(sweep.part, id));

/** Without a name: what is open and unfinished, as far as it was asked for. Nothing that a person stopped is opened. */
export function resume(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  name: SweepName | null,
  now: number,
): string {
  if (name !== null) {
    const sweep = state.ledger.sweeps.get(name);
    if (sweep === undefined) return noSweep(name);
    resumeSweep(state, turn, sweep, now);
    return `resumed: ${name}`;
  }
  const left = [...state.ledger.sweeps.values()].filter(isLeft);
  for (const sweep of left) ask(state, sweep.name, sweep.part);
  return left.length === 0
    ? 'nothing is left to do'
    : `resumed: ${left.map((sweep) => sweep.name).join(', ')}`;
}

/** Whether it is open, and something of what was asked for waits or runs. */
export const isLeft = (sweep: Sweep): boolean =>
  sweep.status.kind === 'open' && isUnfinished(countsOf(sweep, sweep.part));

/** As much of it as was asked for; where that is done, the rest of it. */
function resumeSweep(state: CoordinatorState, turn: CoordinatorTurn, sweep: Sweep, now: number): void {
  const { kind } = sweep.status;
  if (kind === 'stopped' || kind === 'paused') open(turn, sweep, null, now);
  if (sweep.part !== null && !isUnfinished(countsOf(sweep, sweep.part))) open(turn, sweep, 'all', now);
  if (!isInForce(state, sweep)) declareAgain(state, turn, sweep, now);
  ask(state, sweep.name, state.ledger.sweeps.get(sweep.name)?.part ?? null);
}

/** What somebody waits for in spite of a change of coordinators. Who stopped or paused it meanwhile is obeyed. */
export function goOn(state: CoordinatorState, asked: readonly Asked[]): string {
  const known = asked.flatMap(({ sweep, trials }) => {
    const found = state.ledger.sweeps.get(sweep);
    return found === undefined ? [] : [{ sweep: found, trials }];
  });
  for (const { sweep, trials } of known)
    ask(state, sweep.name, trials === null ? sweep.part : new Set(trials));
  return `sweep ${known.map(({ sweep }) => sweep.name).join(', ')} goes on`;
}

/** Queued again for whichever of their sweeps is open. One that a person has stopped or paused stays so. */
export function retry(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  ids: readonly TrialId[],
  now: number,
): string {
  const trials = ids
    .flatMap((id) => state.ledger.trials.get(id) ?? [])
    .filter(({ status }) => status.kind === 'failed' || status.kind === 'cancelled');
  if (trials.length === 0) return 'none of these trials has failed';
  turn.record({ kind: 'retry-asked', at: now, trials: trials.map(({ id }) => id) });
  const held = new Set(trials.flatMap(({ sweeps }) => sweeps));
  const sweeps = [...state.ledger.sweeps.values()].filter(({ name }) => held.has(name));
  const opened: string[] = [];
  for (const sweep of sweeps) {
    state.firstFailures.delete(sweep.name);
    if (sweep.status.kind !== 'stopped' || sweep.status.by === 'person') continue;
    const cancelled = cancelledIn(sweep);
    open(turn, sweep, null, now);
    if (state.asked.has(sweep.name)) ask(state, sweep.name, sweep.part);
    opened.push(openedText(sweep, cancelled - cancelledIn(sweep)));
  }
  const queued = `${trialsText(trials.length)} queued again`;
  return [queued, ...opened, ...sweeps.flatMap((sweep) => closedText(state, sweep, trials) ?? [])].join('\n');
}

const cancelledIn = ({ order }: Sweep): number =>
  order.filter(({ status }) => status.kind === 'cancelled').length;

/** It had stopped since its first trials failed: what that has cancelled is wanted again. */
const openedText = ({ name }: Sweep, cancelled: number): string =>
  `sweep ${name}, which had stopped by itself, is open again${cancelled === 0 ? '' : `, with ${trialsText(cancelled)} that this had cancelled`}`;

const trialsText = (count: number): string => `${count} ${count === 1 ? 'trial' : 'trials'}`;

/** Of a sweep for which trials do not start that no other sweep starts either. */
function closedText(state: CoordinatorState, sweep: Sweep, trials: readonly Trial[]): string | null {
  const { name, status } = sweep;
  if (status.kind !== 'stopped' && status.kind !== 'paused') return null;
  const isOpen = (held: Trial): boolean =>
    held.sweeps.some((other) => state.ledger.sweeps.get(other)?.status.kind === 'open');
  if (!trials.some((trial) => trial.sweeps.includes(name) && !isOpen(trial))) return null;
  const how = status.kind === 'paused' ? 'is paused' : 'was stopped by a person';
  return `sweep ${name} ${how} and stays so: \`labsweep resume ${name}\` goes on with it`;
}

function declare(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  { declaration, points }: Pick<Declared, 'declaration'> & Pick<Sweep, 'points'>,
  part: SweepPart | 'all' | null,
  now: number,
): void {
  turn.record({ kind: 'sweep-declared', at: now, declaration });
  for (let from = 0; from < points.length; from += pointsPerEvent) {
    const some = points.slice(from, from + pointsPerEvent);
    turn.record({ kind: 'points-declared', at: now, sweep: declaration.sweep, points: some });
  }
  turn.record({ kind: 'sweep-opened', at: now, sweep: declaration.sweep, part });
  for (const host of state.ledger.hosts.keys()) {
    cancelUnwanted(state, turn, host);
    takeBackOutdated(state, turn, host);
  }
}

function declareAgain(
  state: CoordinatorState,
  turn: CoordinatorTurn,
  { declaration, points }: Sweep,
  now: number,
): void {
  const spec = state.ledger.launches.get(declaration.launch);
  if (spec !== undefined) declare(state, turn, { declaration: { ...declaration, spec }, points }, null, now);
}

const open = (turn: CoordinatorTurn, { name }: Sweep, part: SweepPart | 'all' | null, now: number): void =>
  turn.record({ kind: 'sweep-opened', at: now, sweep: name, part });

/** The sweep of the ledger that is declared just so; null where it has to be declared. */
function sameSweep(state: CoordinatorState, { declaration, points }: Declared): Sweep | null {
  const known = state.ledger.sweeps.get(declaration.sweep);
  const isKnown =
    known !== undefined && isSameDeclaration(known, declaration, points) && isInForce(state, known);
  return isKnown ? known : null;
}

/** Whether its trials ask for what it says: where another sweep holds them too, the one that was declared last says so. */
const isInForce = ({ ledger }: CoordinatorState, { points }: Sweep): boolean =>
  points.every((point) =>
    point.trials.every((id) => {
      const trial = ledger.trials.get(id);
      return (
        trial === undefined ||
        trial.point === point ||
        hasResult(trial.status) ||
        canonicalJson(trial.point.resources) === canonicalJson(point.resources)
      );
    }),
  );

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

const noSweep = (name: string): string => `there is no sweep ${name}`;
