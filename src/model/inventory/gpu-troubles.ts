/** GPUs of a host that cannot be used, for as long as that lasts. Pure. */
import { gpuNames } from './gpu-names.ts';

interface Found {
  readonly index: number;
  readonly problem: string | null;
}

export interface GpuTrouble {
  readonly which: string;
  /** What the driver says of them. */
  readonly because: string;
}

/** Those with the same words together. */
export function gpuTroubles(gpus: readonly Found[]): readonly GpuTrouble[] {
  const indices = new Map<string, number[]>();
  for (const { index, problem } of gpus)
    if (problem !== null) indices.set(problem, [...(indices.get(problem) ?? []), index]);
  return [...indices].map(([because, which]) => ({ which: gpuNames(which), because }));
}
