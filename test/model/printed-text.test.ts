import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmless, inLine } from '../../src/model/printed/printable.ts';
import { PrintedText } from '../../src/model/printed/printed-text.ts';

describe('P9 a text on a terminal', () => {
  it.each([
    ['größer 日本語 🙂\n\tnext', 'größer 日本語 🙂\n\tnext'],
    ['\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
    ['a\u009b2Jb\u007f\b\r', 'a\\u009b2Jb\\u007f\\u0008\\u000d'],
    ['a\u202eb\u2066\u200f\u061c', 'a\\u202eb\\u2066\\u200f\\u061c'],
    ['a\u200bb\u2028\ufe0f\u{e0041}', 'a\\u200bb\\u2028\\ufe0f\\udb40\\udc41'],
    ['a\ud800b', 'a\\ud800b'],
  ])('%j is shown as %j', (text, shown) => expect(harmless(text)).toBe(shown));

  it('of one line stays on it', () => expect(inLine('a\nb\tc')).toBe('a\\u000ab\\u0009c'));

  it('leaves JSON the JSON that it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(harmless(JSON.stringify({ text })))).toEqual({ text });
      }),
    );
  });
});

const red = '\u001b[31m';
const plain = '\u001b[0m';

describe('what a program prints on a terminal', () => {
  it('keeps its colours, also one that comes in two pieces, and the terminal gets its own back', () => {
    const text = new PrintedText();
    expect(text.take(`a${red.slice(0, 3)}`)).toBe('a');
    expect(text.take(`${red.slice(3)}b`)).toBe(`${red}b`);
    expect(text.end()).toBe(plain);
  });

  it('may draw over its own line, and nothing else', () => {
    const text = new PrintedText();
    expect(text.take('10 %\r20 %\b\b\u001b[2J\u001b]0;x\u0007')).toBe(
      '10 %\r20 %\b\b\\u001b[2J\\u001b]0;x\\u0007',
    );
    expect(text.take('\u001b')).toBe('');
    expect(text.end()).toBe('\\u001b');
  });
});
