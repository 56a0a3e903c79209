/** A coordinator's state with one declared sweep and hosts that are ready, built through the real transitions. */
import type { z } from 'zod';
import {
  type PointDeclaration,
  pointDeclarationSchema,
  type SweepDeclaration,
  sweepDeclarationSchema,
} from '../../src/ledger/events.ts';
import type { CoordinatorEvent, Instruction } from '../../src/coordinator/core/events.ts';
import { type ListedHost, newFleetHost } from '../../src/coordinator/hosts/fleet-host.ts';
import { plainHost } from '../plain-host.ts';
import { restore } from '../../src/coordinator/core/restore.ts';
import type { CoordinatorState } from '../../src/coordinator/hosts/state.ts';
import { transition } from '../../src/coordinator/transition/transition.ts';
import type { AttemptEnd } from '../../src/model/result/attempt-end.ts';
import { type HostName, hostName } from '../../src/model/ids.ts';
import type { Outcome } from '../../src/model/result/outcome.ts';
import { type FromAgent, fromAgentSchema } from '../../src/protocol/messages.ts';
import { plainLaunch } from '../plain-launch.ts';
import { coordinatorEvent, ledgerEvents, type ToldEvent } from '../told.ts';

export const objective = { metric: 'score', goal: 'maximize', at: 'final', selectOnTest: false } as const;

export function declarationOf(
  options: Partial<z.input<typeof sweepDeclarationSchema>> = {},
): SweepDeclaration {
  return sweepDeclarationSchema.parse({
    sweep: 'lab',
    path: 'sweeps/lab.yaml',
    program: { kind: 'command', command: ['true'] },
    programName: 'true',
    data: null,
    dataName: null,
    objective,
    launch: 'launch-1',
    spec: plainLaunch(['true'], {
      argStyle: 'kebab',
      objective,
      artifacts: { fetch: ['**'], maxBytes: 50_000_000 },
    }),
    labels: [],
    retries: 1,
    concurrent: null,
    priority: 0,
    seeds: [1],
    axes: ['x'],
    ...options,
  });
}

export const pointOf = (
  x: number,
  options: Partial<z.input<typeof pointDeclarationSchema>> = {},
): PointDeclaration =>
  pointDeclarationSchema.parse({
    params: { x },
    case: null,
    shape: `shape-${x}`,
    resources: { cpus: 1, gpus: 0, gpuMemoryBytes: null, hostMemoryBytes: null, diskBytes: null },
    parameters: null,
    operations: null,
    trials: [`trial-${x}`],
    ...options,
  });

export const points = (count: number): PointDeclaration[] =>
  Array.from({ length: count }, (_, x) => pointOf(x));

export const factsOf = (cpus = 2) => ({
  machine: 'm',
  bootId: 'boot-1',
  cpus,
  memoryBytes: 2 ** 33,
  node: 'v24.0.0',
  folder: '/lab',
  pid: 1,
  build: 'b',
  user: 'mina',
  gpus: [],
  gpuProblem: null,
  gpusBroken: false,
  memoryOfGroup: false,
  diskBytes: null,
  environmentProblem: null,
});

export function endOf(outcome: Outcome, score: number | null = null): AttemptEnd {
  const line = score === null ? null : { score };
  return {
    outcome,
    best: line,
    final: line,
    metricsCount: line === null ? 0 : 1,
    metricsHash: '',
    seconds: 2,
    cpuSeconds: null,
    peakMemoryBytes: null,
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
}

export const failure = (message = 'exit code 1'): Outcome => ({
  kind: 'failed',
  reason: 'exit',
  exitCode: 1,
  signal: null,
  message,
});

/** What a ledger begins with. */
export const beginning = ledgerEvents(
  { kind: 'ledger-created', at: 0, ledger: 'l' },
  { kind: 'term-started', at: 0, term: 1, nonce: 'n1', machine: 'm', secret: null },
);

export class World {
  state: CoordinatorState;
  now = 1_000;

  /** @param hosts by name where nothing else is said of them */
  constructor(hosts: readonly (string | ListedHost)[] = ['cedar']) {
    const fleet = hosts.map((host) => newFleetHost(typeof host === 'string' ? plainHost(host) : host));
    this.state = restore(beginning, fleet, new Map());
  }

  /** One event and the plan that follows it, as the loop does it. */
  post(event: ToldEvent): readonly Instruction[] {
    return [...this.decide(event), ...this.decide({ kind: 'plan' })];
  }

  decide(event: ToldEvent): readonly Instruction[] {
    const [state, instructions] = transition(this.state, coordinatorEvent(event), this.now);
    this.state = state;
    return instructions;
  }

  declare(declaration = declarationOf(), declared = points(4)): readonly Instruction[] {
    return this.post({ kind: 'asked', by: 1, command: { kind: 'run', declaration, points: declared } });
  }

  /** A host whose agent holds nothing, or what it says it holds. */
  connect(name: string, holds: Partial<Extract<FromAgent, { kind: 'state' }>> = {}): readonly Instruction[] {
    const host = hostName(name);
    this.post({ kind: 'host-connected', host, facts: factsOf(), endsWithLogin: null });
    return this.say(name, { kind: 'state', backlog: [], running: [], ended: [], ...holds });
  }

  ready(name: string, launch = 'launch-1'): readonly Instruction[] {
    this.connect(name);
    return this.post({ kind: 'launch-ready', host: hostName(name), launch });
  }

  /** Time in which the coordinator runs, for a second of each slice, and each host that is there says so in each. */
  pass(ms: number, sliceMs = 1_000): readonly Instruction[] {
    const all: Instruction[] = [];
    for (let passed = 0; passed < ms; passed += sliceMs) {
      this.now += sliceMs;
      for (const { name, link } of this.state.fleet.values())
        if (link.kind === 'ready') all.push(...this.decide(figuresOf(name)));
      all.push(...this.post({ kind: 'time-passed', sinceMs: sliceMs }));
    }
    return all;
  }

  /** As it comes over the wire. */
  say(name: string, said: FromAgent): readonly Instruction[] {
    const message = fromAgentSchema.parse(JSON.parse(JSON.stringify(said)));
    return this.post({ kind: 'host-message', host: hostName(name), message });
  }

  end(attempt: string, end: AttemptEnd, host = 'cedar'): readonly Instruction[] {
    return this.say(host, { kind: 'ended', attempt, end, files: [] });
  }
}

const figuresOf = (host: HostName): CoordinatorEvent => ({
  kind: 'host-message',
  host,
  message: { kind: 'figures', figures: calm, holds: [], others: [], moment: null },
});

/** Figures of a host that carries nothing. */
export const calm = {
  running: 0,
  load: 0,
  othersLoad: 0,
  cores: null,
  memoryPressure: null,
  swapInBytes: null,
  memoryTotalBytes: 2 ** 33,
  memoryAvailableBytes: 2 ** 32,
  diskFreeBytes: 2 ** 40,
  cpusTaken: 0,
  ceiling: null,
  still: [],
  lastOnes: [],
  hold: null,
  weekMinute: null,
  lost: [],
  room: null,
  gpus: [],
};

export const leasesIn = (instructions: readonly Instruction[], host?: string): string[] =>
  instructions.flatMap((instruction) =>
    instruction.kind === 'send' &&
    instruction.message.kind === 'lease' &&
    (host === undefined || instruction.host === (host as HostName))
      ? instruction.message.leases.map((lease) => lease.attempt)
      : [],
  );

export const sentIn = (instructions: readonly Instruction[], kind: string): unknown[] =>
  instructions.flatMap((instruction) =>
    instruction.kind === 'send' && instruction.message.kind === kind ? [instruction.message] : [],
  );
