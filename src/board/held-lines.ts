/** Why devices take nothing now, in whole sentences with their figures. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import { withRemedy } from '../model/refusal/gpu-remedy.ts';
import { refusalText } from '../model/refusal/refusal.ts';
import { gpusOf, heldBy, refusalTextOf } from './devices.ts';
import { wrapped } from './wrapped.ts';

type LiveHost = LiveFigures['hosts'][number];

/** A line or more for each reason; GPUs of a host that have the same one share it. */
export const heldLines = (hosts: readonly LiveHost[], columns: number): string[] =>
  hosts.flatMap((host) =>
    reasonsOf(host).flatMap(({ where, because }) => wrapped(`${where}: ${because}`, columns, 2)),
  );

interface Reason {
  readonly where: string;
  readonly because: string;
}

function reasonsOf(host: LiveHost): Reason[] {
  const { name, facts } = host;
  const problem = facts?.gpuProblem ?? null;
  const gpus = new Map<string, number[]>();
  for (const { facts: gpu, figures } of gpusOf(host)) {
    const because = refusalTextOf(host, gpu.uuid) ?? figures?.problem ?? null;
    if (because !== null) gpus.set(because, [...(gpus.get(because) ?? []), gpu.index]);
  }
  return [
    ...(problem === null || gpus.has(problem) ? [] : [{ where: name, because: withRemedy(problem) }]),
    ...heldBy(host).map((refusal) => ({ where: name, because: refusalText(refusal) })),
    ...[...gpus].map(([because, indices]) => ({
      where: `${name} GPU ${indices.join(', ')}`,
      because,
    })),
  ];
}
