import { describe, expect, it } from 'vitest';
import { printable } from '../../src/model/printed/printable.ts';

describe('P9 what a program printed', () => {
  it.each([
    ['Traceback:\n\tline 3\n', 'Traceback:\n\tline 3\n'],
    ['\u001b[31mError\u001b[0m: no such file', 'Error: no such file'],
    ['\u001b]0;owned\u0007\u001b[2Jhello', ']0;ownedhello'],
    ['\u009b31mred', '31mred'],
    [' 10 %\r 20 %\r100 %\ndone\n', '100 %\ndone\n'],
    ['from Windows\r\nnext\r\r\n', 'from Windows\nnext\n'],
    ['a\u0000b\u007fc', 'abc'],
    ['größer 日本語 🙂', 'größer 日本語 🙂'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it.each(['x', '\u001b[', '\u001b[0', '\r', ' \r', '\u009b   ', '\n\r'])(
    'of 200 KB of %j is made while nobody waits',
    (piece) => {
      const text = `${piece.repeat(200_000 / piece.length)}x`;
      const began = performance.now();
      printable(text);
      expect(performance.now() - began).toBeLessThan(1_000);
    },
  );
});
