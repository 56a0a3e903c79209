import type { HostFigures } from '../../protocol/messages.ts';
import { gpuRoom, memoryRoom } from '../../throttle/room.ts';
import { hostLoad } from './host-load.ts';
import type { WorkerState } from './state.ts';

/** The host's figures with what is free of each memory, as the guard counts it; null before the first sample. */
export function figuresToTell(state: WorkerState, now: number): HostFigures | null {
  const host = hostLoad(state, now);
  const { figures } = host;
  if (figures === null) return null;
  return {
    ...figures,
    room: memoryRoom(figures, host),
    gpus: figures.gpus.map((gpu) => ({ ...gpu, room: gpuRoom({ uuid: gpu.uuid, figures: gpu }, host) })),
  };
}
