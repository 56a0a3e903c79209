import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderCommand } from '../../src/model/command/render-command.ts';
import type { ArgStyle, Booleans } from '../../src/model/command/spell-args.ts';
import { type ParamValue, valueText } from '../../src/model/value.ts';

const script = fileURLToPath(new URL('../fixtures/parse_args.py', import.meta.url));

interface Case {
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly argStyle: Exclude<ArgStyle, 'hydra'>;
  readonly booleans: Booleans;
}

const argvOf = ({ params, argStyle, booleans }: Case): string[] =>
  renderCommand(['{args}'], {
    params,
    argStyle,
    booleans,
    seed: 1,
    data: null,
    checkpoint: '',
    artifacts: '',
    trial: '',
    paramsFile: '',
    node: '',
  });

const spelled: Readonly<Record<Case['argStyle'], readonly string[]>> = {
  plain: ['lr', 'weight_decay', 'batchNorm', 'x.y'],
  equals: ['lr', 'weight_decay', 'batchNorm', 'x.y'],
  kebab: ['lr', 'weight-decay', 'batch-norm', 'x.y'],
  snake: ['lr', 'weight_decay', 'batch_norm', 'x.y'],
};
const names = spelled.plain;

/** What argparse gives the program for each parameter of each case. */
function parsed(cases: readonly Case[]): unknown[] {
  const lines = cases.map((one) =>
    JSON.stringify({
      argv: argvOf(one),
      options: names.map((name, index) => [
        `--${spelled[one.argStyle][index] ?? ''}`,
        typeof one.params[name] === 'boolean' ? one.booleans : 'text',
      ]),
    }),
  );
  const input = `${lines.join('\n')}\n`;
  return execFileSync('python3', [script], { input, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

/** Of a value `--` argparse makes an empty list, wherever it stands (mended in Python 3.13, gh-59317). */
const word = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constantFrom('', '-', '-x', '--lr', '--lr=3', '-1', 'a b', "it's", '=', 'null', '-1e-7', '@file'),
  )
  .filter((text) => text !== '--');
const scalar: fc.Arbitrary<ParamValue> = fc.oneof(
  word,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const anyValue = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.dictionary(word, scalar, { maxKeys: 2 }),
);
const anyCase: fc.Arbitrary<Case> = fc.record({
  params: fc.record(Object.fromEntries(names.map((name) => [name, anyValue]))),
  argStyle: fc.constantFrom('plain', 'equals', 'kebab', 'snake'),
  booleans: fc.constantFrom('flag', 'pair', 'value'),
});

describe('a program that reads its arguments by argparse', () => {
  it('gets each value as it was written, in every style', () => {
    const cases = fc.sample(anyCase, 300);
    const got = parsed(cases);
    for (const [index, one] of cases.entries())
      expect(got[index], argvOf(one).join(' ')).toEqual(
        names.map((name) => {
          const value = one.params[name] ?? null;
          return typeof value === 'boolean' ? value : valueText(value);
        }),
      );
  });

  it('gets digits beyond 2^53, and small negative numbers', () => {
    const params = {
      lr: -1e-7,
      weight_decay: { $integer: '-9007199254740993' },
      batchNorm: [[30], [60, 60]],
    };
    expect(parsed([{ params, argStyle: 'kebab', booleans: 'flag' }])).toEqual([
      ['-1e-7', '-9007199254740993', '[[30],[60,60]]', null],
    ]);
  });
});
