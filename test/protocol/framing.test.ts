import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decoder, encode } from '../../src/protocol/framing.ts';

const schema = z.object({ text: z.string() });

describe('a stream of messages', () => {
  it('is the same messages, wherever it was cut', () => {
    const texts = fc.array(fc.record({ text: fc.string() }), { maxLength: 5 });
    fc.assert(
      fc.property(texts, fc.array(fc.nat(), { maxLength: 8 }), (messages, cuts) => {
        const stream = messages.map(encode).join('');
        const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort(
          (a, b) => a - b,
        );
        const decode = decoder(schema);
        const heard = places.slice(1).flatMap((place, index) => decode(stream.slice(places[index], place)));
        expect(heard).toEqual(messages);
      }),
    );
  });

  it.each(['{"text": 1}', '{}', 'words', '{"text":"a"'])('that says %s is not understood', (line) => {
    expect(() => decoder(schema)(`${line}\n`)).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });

  it('P9 whose line has no end is given up before it fills the memory', () => {
    const decode = decoder(schema);
    const part = 'x'.repeat(16 * 1024 ** 2);
    const flood = (): void => {
      for (let parts = 0; parts < 8; parts += 1) decode(part);
    };
    expect(flood).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });
});
