import { type Outgrown, tooSmallFor } from '../model/result/outgrown.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { Resources } from '../model/resources.ts';
import type { HostFacts } from '../protocol/messages.ts';
import { gpusOf } from './room.ts';

/** Why a host is too small for a shape, by what one of it ran out of here or elsewhere; null where nothing shows that. */
export function outgrownOn(
  outgrown: Outgrown,
  { shape, resources }: { readonly shape: string; readonly resources: Resources },
  host: Pick<HostFacts, 'memoryBytes' | 'gpus' | 'gpusBroken'>,
): Extract<Refusal, { kind: 'outgrown' }> | null {
  if (!outgrown.has(shape)) return null;
  const ofHost = tooSmallFor(outgrown, shape, {
    memory: 'host',
    gpuName: null,
    totalBytes: host.memoryBytes,
  });
  if (ofHost !== null) return refusalOf(ofHost, host.memoryBytes);
  if (gpusOf(resources, host) === 0 || host.gpus === null) return null;
  let largest: Extract<Refusal, { kind: 'outgrown' }> | null = null;
  for (const { name, memoryBytes } of host.gpus) {
    const ofGpu = tooSmallFor(outgrown, shape, { memory: 'gpu', gpuName: name, totalBytes: memoryBytes });
    if (ofGpu === null) return null;
    if (largest === null || memoryBytes > largest.totalBytes) largest = refusalOf(ofGpu, memoryBytes);
  }
  return largest;
}

const refusalOf = (
  { memory, tookBytes, ofBytes, ofGroup, saidAtBytes }: NonNullable<ReturnType<typeof tooSmallFor>>,
  totalBytes: number,
): Extract<Refusal, { kind: 'outgrown' }> => ({
  kind: 'outgrown',
  memory,
  tookBytes,
  ofBytes,
  ofGroup,
  saidAtBytes,
  totalBytes,
});
