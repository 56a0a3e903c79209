import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Renderer } from '../../src/board/renderer.ts';

function terminal() {
  const stream = Object.assign(new PassThrough(), { columns: 80, rows: 24, isTTY: true });
  let written = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => (written += chunk));
  return { stream, text: () => stripVTControlCharacters(written) };
}

describe('the renderer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('draws a burst of changes once', () => {
    let drawn = 0;
    const renderer = new Renderer(terminal().stream, () => [`drawn ${(drawn += 1)}`]);
    for (let change = 0; change < 1_000; change += 1) renderer.changed();
    vi.advanceTimersByTime(250);
    expect(drawn).toBe(1);
    renderer.end();
  });

  test('draws again as time passes, and leaves the last state there', () => {
    const { stream, text } = terminal();
    let seconds = 0;
    const renderer = new Renderer(stream, () => [`${seconds} s`]);
    seconds = 3;
    vi.advanceTimersByTime(1_500);
    seconds = 4;
    renderer.end();
    vi.advanceTimersByTime(5_000);
    expect(text()).toContain('3 s');
    expect(text().trim().endsWith('4 s')).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a line that stays is above the live ones', () => {
    const { stream, text } = terminal();
    const renderer = new Renderer(stream, () => ['live']);
    renderer.persist('birch was lost');
    renderer.end();
    expect(text().indexOf('birch was lost')).toBeLessThan(text().lastIndexOf('live'));
  });
});
