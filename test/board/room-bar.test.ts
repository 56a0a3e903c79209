import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roomBar } from '../../src/board/room-bar.ts';
import type { Room } from '../../src/protocol/messages.ts';

const roomOf = (room: Partial<Room>): Room => ({
  oursBytes: 0,
  comingBytes: 0,
  othersBytes: 0,
  headroomBytes: 0,
  freeBytes: 0,
  ...room,
});

describe('the bar of a memory', () => {
  it('has each part in its order, as long as its share', () => {
    const room = { oursBytes: 4, comingBytes: 2, othersBytes: 6, headroomBytes: 2, freeBytes: 6 };
    expect(roomBar(room, 20)).toBe('####++oooooo--......');
  });

  it('has nothing free where more is promised than there is', () => {
    expect(roomBar(roomOf({ oursBytes: 6, comingBytes: 6, freeBytes: -4 }), 12)).toBe('######++++++');
  });

  it('is free before anything is known of it', () => {
    expect(roomBar(roomOf({}), 4)).toBe('....');
  });

  it('is as wide as it is asked to be, and no part is off by more than a sign', () => {
    const bytes = fc.integer({ min: 0, max: 2 ** 40 });
    const rooms = fc.record({
      oursBytes: bytes,
      comingBytes: bytes,
      othersBytes: bytes,
      headroomBytes: bytes,
      freeBytes: bytes,
    });
    fc.assert(
      fc.property(rooms, fc.integer({ min: 1, max: 60 }), (room, width) => {
        const bar = roomBar(room, width);
        const total = Object.values(room).reduce((sum, part) => sum + part, 0);
        expect(bar).toHaveLength(width);
        const free = bar.length - bar.replaceAll('.', '').length;
        if (total > 0) expect(Math.abs(free - (room.freeBytes / total) * width)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
