import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SilenceWatch } from '../../../src/coordinator/fleet/silence-watch.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => vi.useRealTimers());

function watched(): { readonly stream: PassThrough; readonly watch: SilenceWatch } {
  const stream = new PassThrough();
  return { stream, watch: new SilenceWatch(stream) };
}

/** Something comes, as the stream's reader sees it. */
const comes = (stream: PassThrough): boolean => stream.emit('data', 'figures');

it('a stream on which something comes stays, and one without a word for 30 s is ended', () => {
  const { stream, watch } = watched();
  vi.advanceTimersByTime(29_000);
  comes(stream);
  vi.advanceTimersByTime(29_000);
  expect([stream.destroyed, watch.isOver]).toEqual([false, false]);
  vi.advanceTimersByTime(2_000);
  expect([stream.destroyed, watch.isOver]).toEqual([true, true]);
});

it('one whose words waited while this process stood still stays', () => {
  const { stream } = watched();
  vi.advanceTimersToNextTimer(); // due long ago, and before what has come is read
  comes(stream);
  vi.advanceTimersByTime(29_000);
  expect(stream.destroyed).toBe(false);
});

it('one that was excused may be silent until it speaks again', () => {
  const { stream, watch } = watched();
  watch.excuse();
  vi.advanceTimersByTime(600_000);
  expect(stream.destroyed).toBe(false);
  comes(stream);
  vi.advanceTimersByTime(31_000);
  expect(stream.destroyed).toBe(true);
});
