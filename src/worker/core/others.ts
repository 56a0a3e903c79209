/** Who else is on this host's GPUs, and what of ours makes way for them. */
import { type Hold, holdText } from '../../model/hold.ts';
import { listed } from '../../model/refusal/refusal-phrases.ts';
import type { GpuFigures, HostFigures, Others } from '../../protocol/messages.ts';
import { computesBeside, isKeptForOthers } from '../../throttle/etiquette.ts';
import type { Limits } from '../../throttle/limits.ts';
import type { MeasuredGpu, OtherProcess } from './event.ts';
import type { WorkerState } from './state.ts';

/**
 * By account. Where the driver lists processes by numbers of another place, as in some containers, ours are among them, and
 * nobody knows which: beside ours there is nobody then.
 */
export function othersOn({ active }: WorkerState, gpu: MeasuredGpu, { idleAfterMs }: Limits): Others[] {
  const isBeside = [...active].some(({ device }) => device === gpu.uuid);
  if (isBeside && !gpu.listsProcesses) return [];
  const groups = new Map<string, Others>();
  for (const process of gpu.others) {
    const are = useOf(process, idleAfterMs);
    const key = `${are} ${process.user ?? ''}`;
    const { processes = 0, idleMs = Number.POSITIVE_INFINITY } = groups.get(key) ?? {};
    groups.set(key, {
      user: process.user,
      processes: processes + 1,
      are,
      idleMs: Math.min(idleMs, process.idleMs),
    });
  }
  return [...groups.values()];
}

function useOf({ isClaimed, idleMs }: OtherProcess, idleAfterMs: number): Others['are'] {
  if (isClaimed) return 'trials';
  return idleMs >= idleAfterMs ? 'idle' : 'in-use';
}

/** Whether nobody else computes on a GPU: then its figures are those of ours. */
export const isOursAlone = ({ others }: MeasuredGpu, { idleAfterMs }: Limits): boolean =>
  others.every((process) => useOf(process, idleAfterMs) === 'idle');

/** Processes of those whom ours must not disturb. */
export const strangersAmong = (others: readonly Others[]): number =>
  others.reduce((sum, { are, processes }) => sum + (are === 'in-use' ? processes : 0), 0);

/** Attempts that would have made way if they could go on elsewhere. */
export function lastOnes(
  { active, facts }: WorkerState,
  limits: Limits,
  gpus: readonly GpuFigures[],
  hold: Hold | null,
): HostFigures['lastOnes'] {
  return [...active].flatMap(({ lease, device, status, stopping }) => {
    if (status.kind !== 'running' || status.run.hasCheckpoint || stopping !== null) return [];
    const index = facts.gpus?.find(({ uuid }) => uuid === device)?.index;
    const because =
      hold === null
        ? besideText(
            index,
            gpus.find(({ uuid }) => uuid === device),
            limits,
            facts.user,
          )
        : holdText(hold);
    return because === null ? [] : [{ attempt: lease.attempt, because }];
  });
}

function besideText(
  index: number | undefined,
  figures: GpuFigures | undefined,
  limits: Limits,
  user: string,
): string | null {
  if (index === undefined || figures === undefined) return null;
  const host = { limits, user };
  if (!computesBeside({ index, figures }, host) || isKeptForOthers({ index }, host)) return null;
  const names = figures.others.flatMap(({ are, user: name }) => (are === 'in-use' ? (name ?? []) : []));
  const who = names.length === 0 ? 'somebody else' : listed(names);
  return `${who} ${names.length > 1 ? 'compute' : 'computes'} on GPU ${index}`;
}
