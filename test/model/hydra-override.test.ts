import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/model/grid/canonical.ts';
import { hydraValue, nameBeyondHydra } from '../../src/model/command/hydra-override.ts';
import type { ParamValue } from '../../src/model/value.ts';

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/hydra/${name}`, import.meta.url));
/** Each value with its text, of which hydra-core 1.3.8 with OmegaConf 2.3.1 made the value again. */
const recorded: readonly (readonly [ParamValue, string])[] = JSON.parse(
  readFileSync(fixture('cases.json'), 'utf8'),
);
/** A Python that has hydra-core: `LABSWEEP_HYDRA=venv/bin/python npx vitest run test/model/hydra-override.test.ts`. */
const python = process.env['LABSWEEP_HYDRA'];

describe("a value is written by Hydra's grammar", () => {
  it.each(recorded)('%j as %s', (value, text) => {
    expect(hydraValue(value)).toBe(text);
  });

  it('with the digits of whole numbers', () => {
    expect(hydraValue([{ $integer: '9007199254740993' }])).toBe('[9007199254740993]');
  });

  it('but for names in mappings that the grammar has no way to write', () => {
    expect(nameBeyondHydra([{ a: { é: 1 } }])).toBe('é');
    expect(nameBeyondHydra({ "it's": 1 })).toBe("it's");
    expect(nameBeyondHydra({ '': 1 })).toBe('');
    expect(nameBeyondHydra([{ 'a b,c:d=(e)': ['é'] }])).toBe(null);
  });
});

describe.skipIf(python === undefined)('Hydra itself', () => {
  it('makes of each text the value', () => {
    const known = recorded.map(([value]) => value);
    const values = known
      .concat(fc.sample(anyValue, 2_000))
      .filter((value) => nameBeyondHydra(value) === null && !JSON.stringify(value).includes('???'));
    const input = values.map((value) => JSON.stringify(`k=${hydraValue(value)}`)).join('\n');
    const answers = execFileSync(python ?? '', [fixture('ask_hydra.py')], { input, encoding: 'utf8' });
    for (const [index, line] of answers.trim().split('\n').entries())
      expect(canonicalJson(JSON.parse(line)), hydraValue(values[index] ?? null)).toBe(
        canonicalJson(values[index]),
      );
  }, 300_000);
});

const piece = fc.constantFrom(
  ...'a 1 . - / \\ \\\\ " \' , = ( ) [ ] { } $ ${ : é # ~ ! + % @ * ? | null true inf 1e-5 choice(a)'.split(
    ' ',
  ),
  ' ',
  '\t',
  '\n',
);
const word = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
const scalar = fc.oneof(
  word,
  fc.string({ maxLength: 6 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
/** OmegaConf reads a name of digits alone as a number. */
const name = word.filter((text) => /[a-z]/.test(text) && !/^(?:null|true|inf|1e-5)$/.test(text));
const anyValue: fc.Arbitrary<ParamValue> = fc.letrec<{ value: ParamValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
})).value;
