/** Ledgers for tests of what reads them: real events, folded as they come. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import {
  type LedgerEvent,
  ledgerEventSchema,
  type PointDeclaration,
  type sweepDeclarationSchema,
} from '../src/ledger/events.ts';
import { fold } from '../src/ledger/fold.ts';
import { emptyLedger, type LedgerState, type Sweep } from '../src/ledger/state.ts';
import { type Identify, identifyAny, launchIdOf } from '../src/model/grid/identity.ts';
import type { AttemptEnd } from '../src/model/result/attempt-end.ts';
import {
  type AttemptId,
  attemptId,
  type SweepName,
  sweepName,
  type TrialId,
  trialId,
} from '../src/model/ids.ts';
import type { MetricsLine, Objective } from '../src/model/result/metrics.ts';
import type { Outcome } from '../src/model/result/outcome.ts';
import type { Params } from '../src/model/grid/params.ts';
import type { Resources } from '../src/model/resources.ts';
import { plainLaunch } from './plain-launch.ts';

export const accuracy: Objective = {
  metric: 'val_accuracy',
  goal: 'maximize',
  at: 'best',
  selectOnTest: false,
};

export interface BuiltPoint {
  readonly params: Params;
  readonly case?: string;
  readonly parameters?: number;
  readonly resources?: Partial<Resources>;
}

type DeclarationInput = z.input<typeof sweepDeclarationSchema>;

interface BuiltSweep {
  readonly sweep?: string;
  readonly objective?: Objective;
  readonly points: readonly BuiltPoint[];
  readonly replicates?: number;
  readonly declaration?: Partial<DeclarationInput>;
}

export class LedgerBuilder {
  readonly state: LedgerState = emptyLedger();
  readonly events: LedgerEvent[] = [];
  /** Wall clock of the next event. */
  now = 1_000_000;
  #attempts = 0;

  readonly #nonce: string;

  /** @param ledger whose it is, and what heads the ids of its attempts */
  constructor({ ledger = 'ledger-of-a-test', nonce = 'n1' } = {}) {
    this.#nonce = nonce;
    this.add({ kind: 'ledger-created', at: this.now, ledger });
    this.add({ kind: 'term-started', at: this.now, term: 1, nonce, machine: 'm', secret: null });
  }

  add(told: z.input<typeof ledgerEventSchema>): this {
    const event = ledgerEventSchema.parse(told);
    fold(this.state, event);
    this.events.push(event);
    return this;
  }

  declare(built: BuiltSweep): SweepName {
    const name = built.sweep ?? 'lab';
    const seeds = Array.from({ length: built.replicates ?? 1 }, (_, index) => index + 1);
    const axes = [...new Set(built.points.flatMap(({ params }) => Object.keys(params)))];
    const objective = built.objective ?? accuracy;
    const declared = { ...declarationOf(name, objective, seeds, axes), ...built.declaration };
    const declaration = { ...declared, launch: built.declaration?.launch ?? launchIdOf(declared.spec) };
    const points = built.points.map((point) => declaredPoint(point, seeds, declaration));
    this.add({ kind: 'sweep-declared', at: this.now, declaration });
    this.add({ kind: 'points-declared', at: this.now, sweep: name, points });
    this.add({ kind: 'sweep-opened', at: this.now, sweep: name, part: null });
    return sweepName(name);
  }

  sweep(name: SweepName): Sweep {
    const sweep = this.state.sweeps.get(name);
    if (sweep === undefined) throw new Error(`the test declared no sweep ${name}`);
    return sweep;
  }

  lease(trial: TrialId, host = 'cedar', alone = false): AttemptId {
    const known = this.state.trials.get(trial);
    const attempt = `${this.#nonce}-${(this.#attempts += 1)}`;
    const number = (known?.attempts.length ?? 0) + 1;
    const sweep = known?.sweeps[0] ?? '';
    const lease = { attempt, number, trial, sweep, alone, continues: null, anew: null, predicted: null };
    this.add({ kind: 'leased', at: this.now, host, leases: [lease] });
    return attemptId(attempt);
  }

  start(trial: TrialId, host = 'cedar', device = 'cpu', alone = false): AttemptId {
    const attempt = this.lease(trial, host, alone);
    this.add({ kind: 'started', at: this.now, host, attempts: [{ attempt, device }] });
    return attempt;
  }

  end(trial: TrialId, end: Partial<AttemptEnd>, host = 'cedar'): AttemptId {
    const attempt = this.start(trial, host);
    this.endAttempt(attempt, end, host);
    return attempt;
  }

  endAttempt(attempt: AttemptId, end: Partial<AttemptEnd>, host = 'cedar'): this {
    return this.add({ kind: 'ended', at: this.now, attempt, host, end: { ...emptyEnd, ...end } });
  }

  /** A result whose best and final line are `line`. */
  succeed(trial: TrialId, line: MetricsLine, end: Partial<AttemptEnd> = {}): AttemptId {
    const metricsHash = createHash('sha256')
      .update(JSON.stringify([trial, line]))
      .digest('hex');
    return this.end(trial, { best: line, final: line, metricsCount: 1, metricsHash, ...end });
  }

  fail(trial: TrialId, message = 'exit code 1', host = 'cedar', logTail = ''): AttemptId {
    return this.end(trial, { outcome: failure(message), logTail }, host);
  }
}

/** Of a trial of the builder's program, or of another. */
export const idOf = (params: Params, seed = 1, program: unknown = trainProgram): TrialId =>
  trialId(named({ params }, [seed], { program, data: null }).trials[0] ?? '');

const trainProgram = { kind: 'command', command: ['train'] };

const named = (
  { params }: BuiltPoint,
  seeds: readonly number[],
  { program, data }: Pick<DeclarationInput, 'program' | 'data'>,
): ReturnType<Identify> => identifyAny({ program, data, provenance: [] })(params, seeds);

export const failure = (message = 'exit code 1'): Outcome => ({
  kind: 'failed',
  reason: 'exit',
  exitCode: 1,
  signal: null,
  message,
});

/** The end of a training whose `metric` is NaN in its only line. */
export const diverged = (metric: string, others: MetricsLine = {}): Partial<AttemptEnd> => ({
  outcome: { kind: 'diverged', message: `${metric} is NaN in its result` },
  final: { ...others, [metric]: 'NaN' },
  metricsCount: 1,
  metricsHash: 'nan',
});

const emptyEnd: AttemptEnd = {
  outcome: { kind: 'succeeded' },
  best: null,
  final: null,
  metricsCount: 0,
  metricsHash: '',
  seconds: 12,
  cpuSeconds: 11,
  peakMemoryBytes: 2 ** 28,
  peakGpuMemoryBytes: null,
  gpuBusy: null,
  soloSeconds: null,
  killed: false,
  shortage: null,
  disk: null,
  gpuName: null,
  device: 'cpu',
  artifacts: [],
  unlisted: null,
  metricsRead: null,
  checkpointBytes: 0,
  logTail: '',
};

export const endWith = (end: Partial<AttemptEnd>): AttemptEnd => ({ ...emptyEnd, ...end });

function declaredPoint(
  point: BuiltPoint,
  seeds: readonly number[],
  declaration: DeclarationInput,
): PointDeclaration {
  const { shape, trials } = named(point, seeds, declaration);
  return {
    params: point.params,
    case: point.case ?? null,
    shape,
    resources: {
      cpus: 1,
      gpus: 0,
      gpuMemoryBytes: null,
      hostMemoryBytes: null,
      diskBytes: null,
      ...point.resources,
    },
    parameters: point.parameters ?? null,
    operations: null,
    trials: [...trials],
  };
}

function declarationOf(
  sweep: string,
  objective: Objective,
  seeds: readonly number[],
  axes: readonly string[],
): DeclarationInput {
  return {
    sweep,
    path: `sweeps/${sweep}.yaml`,
    program: trainProgram,
    programName: 'train',
    data: null,
    dataName: null,
    objective,
    launch: '',
    spec: plainLaunch(['train', '{args}'], { objective, artifacts: { fetch: ['**'], maxBytes: 1 } }),
    labels: [],
    retries: 0,
    concurrent: null,
    priority: 0,
    seeds: [...seeds],
    axes: [...axes],
  };
}
