/** What hosts are known to bear, and what stands still on them, in sentences. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import type { Ceiling } from '../model/ceiling.ts';
import { formatSize } from '../model/size.ts';
import { wholeSeconds } from './text.ts';

type LiveHost = LiveFigures['hosts'][number];

/** What a host is trusted with since it went down; null where it is trusted with all that it has. */
export function ceilingText({ name, figures }: Pick<LiveHost, 'name' | 'figures'>): string | null {
  const ceiling = figures?.ceiling ?? null;
  const limits = ceiling === null ? [] : limitTexts(ceiling);
  if (ceiling === null || limits.length === 0) return null;
  return `is trusted with ${limits.join(', ')}, ${diedText(ceiling)}; \`labsweep hosts forget ${name}\` lifts it`;
}

const limitTexts = ({ watts, celsius, memoryBytes }: Ceiling): string[] => [
  ...(watts === null ? [] : [`${Math.round(watts)} W for its GPUs together`]),
  ...(celsius === null ? [] : [`${Math.round(celsius)} °C`]),
  ...(memoryBytes === null ? [] : [`${formatSize(memoryBytes)} of its memory`]),
];

function diedText({ died }: Ceiling): string {
  if (died === null) return 'by what another account has seen there';
  const { watts, celsius, memoryBytes, at } = died;
  const under = [
    ...(watts === null ? [] : [`${Math.round(watts)} W`]),
    ...(celsius === null ? [] : [`${Math.round(celsius)} °C`]),
    ...(memoryBytes === null ? [] : [`${formatSize(memoryBytes)} of memory`]),
  ];
  const when = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return `since it went down under ${under.join(', ')} (found at ${when} UTC)`;
}

/** Why an attempt that runs stands still; null where it does not. */
export function stillText({ figures }: Pick<LiveHost, 'figures'>, attempt: string): string | null {
  const still = figures?.still.find((one) => one.attempt === attempt);
  return still === undefined ? null : `it stands still since ${wholeSeconds(still.ms)}: ${still.because}`;
}
