/** GPUs that a sweep leaves idle since the engine for them is not there: a lab is to know of it before days have gone by. */
import type { HostFacts } from '../../protocol/messages.ts';
import type { Launch } from '../../model/launch.ts';
import type { LoadedSweep } from './sweep-source.ts';

export interface SeenHost {
  readonly name: string;
  readonly facts: Pick<HostFacts, 'gpus'> | null;
}

/** Whether it would train on a host's GPUs if only the engine were installed. */
export const lacksGpuEngine = (
  { sweep, points }: LoadedSweep,
  { engines }: Pick<Launch, 'engines'>,
): boolean =>
  sweep.resources.gpus === null &&
  points.some(({ params }) => params['engine'] === 'auto') &&
  engines.every(({ isForGpus }) => !isForGpus);

/** One sentence with its remedy; null where none of these hosts is known to have a GPU. */
export function coresNote(hosts: readonly SeenHost[]): string | null {
  const names = hosts.filter(({ facts }) => (facts?.gpus ?? []).length > 0).map(({ name }) => name);
  if (names.length === 0) return null;
  const have = names.length === 1 ? 'has GPUs' : 'have GPUs';
  return (
    `${names.join(', ')} ${have}, and this sweep trains on the cores: the engine gpu is not installed. ` +
    '`labsweep engine install gpu` makes it, for Linux on x86_64; where the cores are meant, `resources: {gpus: 0}` in the sweep says so.'
  );
}
