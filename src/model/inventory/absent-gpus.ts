/** GPUs that an inventory names and a host does not have. Pure. */
import { gpuNames } from './gpu-names.ts';

interface Named {
  readonly gpu: number;
}
interface Found {
  readonly index: number;
}

/** In a sentence; null where each is there. */
export function absentGpusText(named: readonly Named[], found: readonly Found[]): string | null {
  const absent = named.filter(({ gpu }) => !found.some(({ index }) => index === gpu));
  if (absent.length === 0) return null;
  const has = found.length === 0 ? 'no GPU' : gpuNames(found.map(({ index }) => index));
  return `its \`devices\` in inventory.json name ${gpuNames(absent.map(({ gpu }) => gpu))}, and the host has ${has}: what they say of ${absent.length === 1 ? 'it' : 'them'} holds for none`;
}
