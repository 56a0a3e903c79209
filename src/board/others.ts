/** Who else is on a host, and what of ours has to do with them, in sentences. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import { holdText } from '../model/hold.ts';
import { processesOf } from '../model/refusal/refusal-phrases.ts';
import type { GpuFigures } from '../protocol/messages.ts';

type LiveHost = LiveFigures['hosts'][number];
type Figures = Pick<LiveHost, 'figures'>;

/** Who keeps the host free; null where nobody does. */
export const heldFreeText = ({ figures }: Figures): string | null =>
  figures?.hold == null ? null : holdText(figures.hold);

/** Why an attempt that runs is the last one there; null where it is not. */
export function lastOneText({ figures }: Figures, attempt: string): string | null {
  const last = figures?.lastOnes.find((one) => one.attempt === attempt);
  return last === undefined
    ? null
    : `goes to its end, since it has no checkpoint, and nothing follows it there: ${last.because}`;
}

/** Each account's processes on a GPU; as many as there are where nobody says whose. */
export const othersTexts = ({ others, othersProcesses }: GpuFigures): string[] =>
  others.length === 0
    ? othersProcesses === 0
      ? []
      : [processesOf(othersProcesses, 'others')]
    : others.map(({ user, processes, are }) => `${processesOf(processes, user ?? 'others')}${useTexts[are]}`);

const useTexts: Readonly<Record<GpuFigures['others'][number]['are'], string>> = {
  'in-use': '',
  idle: ' (idle)',
  trials: ' (labsweep)',
};
