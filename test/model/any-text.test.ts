import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';
import { complaints, toyHead } from './reading.ts';

const sweep = `${toyHead}fixed: {dropout: 0.1}
grid:
  - layers: {from: 3, to: 9}
    kind: {a: {batchNorm: true}, b: {batchNorm: false}}
  - layers: [3, 4]
exclude: [{layers: 3, because: no}]
resources: {hostMemory: 8GB}
timeout: 15 min
`;
const inventory = `{ // the lab
  "defaults": {"labels": ["a"], "limits": {"slots": 4}},
  "hosts": [{"name": "cedar", "address": "192.0.2.1", "env": {"A": "1"}}, {"name": "here", "transport": "local"}]
}`;

/** A text in which someone's hand has slipped a few times. */
const slipped = (text: string): fc.Arbitrary<string> => {
  const slip = fc.record({
    at: fc.nat(text.length),
    cut: fc.nat(6),
    put: fc.constantFrom(
      '',
      '',
      ' ',
      '\n',
      '\t',
      ':',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '-',
      '*',
      '&a',
      '!',
      '#',
      '0',
      'x',
      '__proto__',
      '\u0000',
      '\uFEFF',
    ),
  });
  return fc
    .array(slip, { minLength: 1, maxLength: 4 })
    .map((slips) =>
      slips.reduce((now, { at, cut, put }) => now.slice(0, at) + put + now.slice(at + cut), text),
    );
};

/** `x.yaml:LINE:COLUMN  words`, or the same of an expansion. */
const line = /^\S+:[1-9]\d*:[1-9]\d* {2}\S/;

describe('P8 whatever someone writes is read or refused with a position, never thrown', () => {
  it('in a sweep file', () => {
    fc.assert(
      fc.property(fc.oneof(slipped(sweep), fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
        for (const complaint of complaints(text)) expect(complaint).toMatch(line);
      }),
      { numRuns: 500 },
    );
  });

  it('in an inventory', () => {
    fc.assert(
      fc.property(fc.oneof(slipped(inventory), fc.string({ unit: 'binary', maxLength: 40 })), (text) => {
        const parsed = parseInventory(text, 'inventory.json');
        if (parsed.kind === 'inventory') return;
        expect(parsed.issues.length).toBeGreaterThan(0);
        for (const issue of parsed.issues) expect(issue.line).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'a parameter called %s is no way in',
    (name) => {
      expect(complaints(`${toyHead}fixed: {${name}: 3}\n`)).not.toEqual([]);
      expect(complaints(`program: ${name}\nobjective: {metric: a, goal: maximize}\n`)).not.toEqual([]);
    },
  );

  it('a mark at the head of a file, and Windows line ends, are read over', () => {
    expect(complaints(`\uFEFF${sweep.replaceAll('\n', '\r\n')}`)).toEqual([]);
    expect(parseInventory(`\uFEFF${inventory.replaceAll('\n', '\r\n')}`, 'i.json').kind).toBe('inventory');
  });
});
