/** `status --json`, as FORMATS and docs/commands.md promise it to scripts. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Attempt, LedgerState, Sweep } from '../ledger/state.ts';
import { isAskedFor, notAskedOf } from '../board/asked.ts';
import { type Gpu, gpusOf, heldBy, heldOn } from '../board/devices.ts';
import type { HostName } from '../model/ids.ts';
import { deviceRefusalText } from '../model/refusal/device-refusal.ts';
import { refusalText } from '../model/refusal/refusal.ts';

type LiveHost = LiveFigures['hosts'][number];

/** @param live null where no coordinator runs: hosts are then those that the ledger knows, in the state `unknown` */
export function statusDocument(state: LedgerState, live: LiveFigures | null, nowMs: number): unknown {
  return {
    coordinator: live === null ? null : { pid: live.pid },
    sweeps: [...state.sweeps.values()].map((sweep) => sweepDocument(sweep, live)),
    hosts:
      live === null
        ? [...state.hosts.keys()].map((name) => hostDocument(state, name, null, nowMs))
        : live.hosts.map((host) => hostDocument(state, host.name, host, nowMs)),
    inventoryProblem: live?.inventoryProblem ?? null,
  };
}

function sweepDocument(sweep: Sweep, live: LiveFigures | null): unknown {
  const { name, counts, status, declaration } = sweep;
  return {
    sweep: name,
    status: status.kind,
    priority: declaration.priority,
    // Who waits for the queue to be empty means the backlogs of the hosts as well.
    counts: { ...counts, queued: counts.queued + counts.leased },
    asked: live === null ? null : isAskedFor(sweep, live),
    notAsked: notAskedOf(sweep, live),
    eta: live?.sweeps.find(({ sweep }) => sweep === name)?.eta ?? null,
  };
}

function hostDocument(state: LedgerState, name: HostName, live: LiveHost | null, nowMs: number): unknown {
  const open = [...(state.hosts.get(name)?.open ?? [])].flatMap((id) => state.attempts.get(id) ?? []);
  const running = open.filter(({ status }) => status.kind === 'running');
  return {
    name,
    state: live?.state ?? 'unknown',
    because: live?.because ?? null,
    devices: devicesOf(live, running, nowMs),
    running: running.length,
    queued: live?.backlog ?? open.length - running.length,
    held: live === null ? [] : heldBy(live).map((held) => ({ ...held, text: refusalText(held) })),
    figures: live?.figures ?? null,
    others: live?.others ?? [],
  };
}

/** Every GPU of the host with its figures, and whatever else something runs on. */
function devicesOf(live: LiveHost | null, running: readonly Attempt[], nowMs: number): unknown[] {
  const trials = new Map<string, unknown[]>();
  for (const { id, trial, status } of running) {
    if (status.kind !== 'running') continue;
    const seconds = Math.max(0, nowMs - status.at) / 1000;
    trials.set(status.device, [...(trials.get(status.device) ?? []), { trial, attempt: id, seconds }]);
  }
  const gpus = gpusOf(live);
  const others = [...trials.keys()].filter((device) => !gpus.some(({ facts }) => facts.uuid === device));
  return [
    ...gpus.map((gpu) => gpuDocument(gpu, live, trials.get(gpu.facts.uuid) ?? [])),
    ...others.map((device) => ({ device, trials: trials.get(device) })),
  ];
}

function gpuDocument({ facts, figures }: Gpu, live: LiveHost | null, trials: readonly unknown[]): unknown {
  const held = live === null ? [] : heldOn(live, facts.uuid);
  return {
    device: facts.uuid,
    index: facts.index,
    name: facts.name,
    memoryTotalBytes: facts.memoryBytes,
    memoryUsedBytes: figures?.memoryUsedBytes ?? null,
    utilisation: figures?.utilisation ?? null,
    temperatureCelsius: figures?.temperatureCelsius ?? null,
    powerWatts: figures?.powerWatts ?? null,
    powerLimitWatts: figures?.powerLimitWatts ?? null,
    othersProcesses: figures?.othersProcesses ?? null,
    others: figures?.others ?? [],
    problem: figures?.problem ?? null,
    ageMs: figures?.ageMs ?? null,
    room: figures?.room ?? null,
    held: held.map((one) => ({ ...one, text: deviceRefusalText(one) })),
    trials,
  };
}
