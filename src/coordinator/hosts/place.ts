import type { Resources } from '../../model/resources.ts';
import type { Place } from '../../predict/traits.ts';
import { gpusOf } from '../../throttle/room.ts';
import type { FleetHost } from './fleet-host.ts';

/** Where a trial would run there, as far as that tells how long it takes. GPUs of one server are taken to be of one kind. */
export function placeOf({ name, link }: FleetHost, resources: Resources | undefined): Place {
  const facts = link.kind === 'ready' ? link.facts : null;
  const isOnGpu = facts !== null && resources !== undefined && gpusOf(resources, facts) === 1;
  return { host: name, gpuName: isOnGpu ? (facts.gpus?.[0]?.name ?? null) : null };
}
