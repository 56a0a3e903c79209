/** How a memory is divided, as a bar of plain signs. Pure. */
import type { Room } from '../protocol/messages.ts';

type Part = keyof Room;

const signs: Readonly<Record<Part, string>> = {
  oursBytes: '#',
  comingBytes: '+',
  othersBytes: 'o',
  headroomBytes: '-',
  freeBytes: '.',
};

/** For who sees such a bar for the first time. */
export const roomLegend =
  'room: # taken by our trials  + these will take as well  o taken by others  - kept free  . for the next trial';

/** The parts in their order, each as long as its share; one that is overdrawn has none that is free. */
export function roomBar(room: Room, width: number): string {
  const parts = Object.keys(signs).filter(isPart);
  const total = parts.reduce((sum, part) => sum + shown(room[part]), 0);
  if (total === 0) return signs.freeBytes.repeat(width);
  let bar = '';
  let bytes = 0;
  for (const part of parts) {
    bytes += shown(room[part]);
    bar += signs[part].repeat(Math.max(0, Math.round((bytes / total) * width) - bar.length));
  }
  return bar;
}

const shown = (bytes: number): number => Math.max(0, bytes);
const isPart = (name: string): name is Part => name in signs;
