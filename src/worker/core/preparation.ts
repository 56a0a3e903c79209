/** How far this host is with what a launch needs before a trial of it can start, and what a trial finds then. */
import type { HostSettings } from '../../model/inventory/inventory.ts';
import { type Launch, whatIsMade } from '../../model/launch.ts';
import type { Outcome } from '../../model/result/outcome.ts';
import { hasReferences } from '../../model/command/variables.ts';
import type { Refusal } from '../../model/refusal/refusal.ts';
import type { WantedWheels } from '../../protocol/messages.ts';
import type { HeldAttempt } from './held-attempt.ts';
import { ledgerSide } from './ledger-side.ts';
import type { WorkerState } from './state.ts';

/** What the trials of a launch run with, besides their own folder. Absolute paths of this host. */
export interface Prepared {
  /** The command that activates an environment, then runs the argv behind it; empty where there is nothing to activate. */
  readonly activation: readonly string[];
  /** PATH behind the activation; null where there is none. */
  readonly path: string | null;
  /** The virtual environment. */
  readonly python: string | null;
  /** What `setup` left: working directories begin as that, in the place of the program's files. */
  readonly setup: SetupLeft | null;
}

export interface SetupLeft {
  readonly folder: string;
  /**
   * What the folder began as. What has been made there since is used where it lies, by all trials, and may not be written
   * to: copies would not do (preparation/setup.ts). Null where they do.
   */
  readonly began: string | null;
  /** A command to stand before a program, for which nothing can be written there then; empty where modes see to that. */
  readonly before: readonly string[];
}

export type PreparationResult =
  /** `note`: what a person should know of it, in a sentence; null where that is nothing. */
  | { readonly kind: 'ready'; readonly prepared: Prepared; readonly note: string | null }
  | {
      readonly kind: 'failed';
      readonly reason: Extract<Outcome, { kind: 'not-started' }>['reason'];
      /** One sentence. */
      readonly message: string;
      readonly logTail: string;
      /** Set where wheels from the coordinator may help. */
      readonly wanted: WantedWheels | null;
    };

export type Preparation =
  /** The connections that wait for word of it. */
  { readonly kind: 'preparing'; readonly askers: Set<number> } | PreparationResult;

/** A trial's circumstances that its lease and launch do not tell. */
export interface Surroundings {
  readonly prepared: Prepared;
  readonly settings: HostSettings;
  readonly passed: Readonly<Record<string, string>>;
  /** The UUID of the GPU that it is given, or `cpu`. */
  readonly device: string;
}

export const nothingPrepared: Prepared = { activation: [], path: null, python: null, setup: null };

/** Most launches need nothing that the content store does not have: they wait for nobody. */
export const needsNothing = (spec: Launch, settings: HostSettings): boolean =>
  spec.activate === null &&
  settings.activate === null &&
  spec.python === null &&
  spec.setup === null &&
  !hasReferences(spec.env) &&
  !hasReferences(settings.env) &&
  localData(spec, settings) === null;

/** Where a launch's data lies on this host without having been shipped; null where it is content, or there is none. */
export function localData({ data }: Launch, settings: HostSettings): string | null {
  if (data === null) return null;
  const name = data.kind === 'path' ? data.path : data.name;
  const told = name !== null && Object.hasOwn(settings.data, name) ? settings.data[name] : undefined;
  return told ?? (data.kind === 'path' ? data.path : null);
}

/** Why no trial of an attempt's launch can start here now; null where one can. */
export function refusalOfLaunch(state: WorkerState, { ledger, lease }: HeldAttempt): Refusal | null {
  const spec = state.launches.get(lease.launch);
  const side = state.ledgers.get(ledger);
  const preparation = side?.preparations.get(lease.launch);
  if (spec === undefined || preparation === undefined)
    return { kind: 'preparing', what: 'the launch has not come' };
  if (preparation.kind === 'preparing') return { kind: 'preparing', what: whatIsMade(spec) };
  if (preparation.kind === 'failed')
    return { kind: 'unprepared', because: preparation.message, logTail: preparation.logTail };
  const passed = side?.passed.get(lease.launch) ?? {};
  const names = spec.passEnv.filter((name) => !Object.hasOwn(passed, name));
  return names.length > 0 ? { kind: 'pass-env', names } : null;
}

/** Of an attempt that has been given its device. */
export function surroundingsOf(state: WorkerState, { ledger, lease, device }: HeldAttempt): Surroundings {
  const side = ledgerSide(state, ledger);
  const preparation = side.preparations.get(lease.launch);
  return {
    prepared: preparation?.kind === 'ready' ? preparation.prepared : nothingPrepared,
    settings: side.settings,
    passed: side.passed.get(lease.launch) ?? {},
    device,
  };
}

/** Whether something is being made: the agent that ended now would leave it half made. */
export const isPreparing = (state: WorkerState): boolean =>
  [...state.ledgers.values()].some(({ preparations }) =>
    [...preparations.values()].some(({ kind }) => kind === 'preparing'),
  );
