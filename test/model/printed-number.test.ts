/** What is a number, held against a recogniser that was written from the grammar alone, without regular expressions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber } from '../../src/model/printed/printed-number.ts';
import { cpuMsOf } from './cpu-time.ts';

const count = Number(process.env['LABSWEEP_GENERATED'] ?? 1_000);

/** Plain numbers, by the comment at the head of printed-number.ts. */
function plainNumber(text: string): number | string | null {
  let at = 0;
  const take = (signs: string): boolean => {
    if (at >= text.length || !signs.includes(text[at] ?? ' ')) return false;
    at += 1;
    return true;
  };
  const digits = (): string => {
    const from = at;
    while (take('0123456789'));
    return text.slice(from, at);
  };
  const sign = take('-') ? -1 : (take('+'), 1);
  const word = text.slice(at).toLowerCase();
  if (word === 'nan') return 'NaN';
  if (word === 'inf' || word === 'infinity') return sign < 0 ? '-Infinity' : 'Infinity';
  let whole = digits();
  if (whole.length >= 1 && whole.length <= 3 && text[at] === '_') {
    while (take('_')) {
      const group = digits();
      if (group.length !== 3) return null;
      whole += group;
    }
  }
  const point = take('.');
  const fraction = point ? digits() : '';
  if (whole === '' && fraction === '') return null;
  let exponent = '';
  if (take('eE')) {
    const minus = take('-');
    if (!minus) take('+');
    const power = digits();
    if (power === '') return null;
    exponent = `e${minus ? '-' : ''}${power}`;
  }
  if (at !== text.length) return null;
  const value = sign * Number(`${whole || '0'}.${fraction || '0'}${exponent}`);
  return Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity';
}

const types = [
  'np.float64',
  'numpy.float32',
  'tensor',
  'Array',
  'jnp.bfloat16',
  'np.int64',
  'tf.Tensor',
  'Decimal',
];
const settings = [
  '',
  ", device='cuda:0'",
  ', dtype=torch.float64',
  ', grad_fn=<NllLossBackward0>',
  ', shape=(), dtype=float32',
];

function number(text: string): number | string | null {
  const bare = text.trim().replace(/%$/, '').trim();
  const opening = bare.indexOf('(');
  if (!types.includes(bare.slice(0, opening)) || !bare.endsWith(')')) return plainNumber(bare);
  const inner = bare.slice(opening + 1, -1);
  const setting = settings.find((each) => each !== '' && inner.endsWith(each)) ?? '';
  return plainNumber(inner.slice(0, inner.length - setting.length));
}

const part = fc.constantFrom(
  '0',
  '1',
  '12',
  '345',
  '.',
  ',',
  '-',
  '+',
  'e',
  'E',
  '_',
  'nan',
  'inf',
  'NaN',
  'Infinity',
  '/',
  ':',
  'x',
  'h',
  '%',
  '000',
);
const soup = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
const wellFormed = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.constantFrom(
      '0',
      '7',
      '0.91',
      '.5',
      '3.',
      '1_000',
      '12_345.5',
      '1e5',
      '2.5E-3',
      '1e+2',
      'nan',
      'inf',
      '1e999',
    ),
  )
  .map(([sign, figure]) => sign + figure);
const wrapped = fc
  .tuple(fc.constantFrom(...types), fc.oneof(wellFormed, soup), fc.constantFrom(...settings))
  .map(([type, inner, setting]) => `${type}(${inner}${setting})`);
const token = fc.oneof(
  soup,
  wellFormed,
  wrapped,
  fc.double().map(String),
  fc.tuple(wellFormed, soup).map(([one, other]) => one + other),
  wellFormed.map((text) => ` ${text} %`),
);

describe('a number', () => {
  it(`is what the grammar says (${count} tokens)`, () => {
    fc.assert(
      fc.property(token, (text) => {
        expect(readNumber(text)).toEqual(number(text));
      }),
      { numRuns: count },
    );
  });

  it.each([
    '1,234.5',
    '0,91',
    '70/100',
    '0.7.1',
    '0x1F',
    '1e',
    '12h',
    '0.9-0.1',
    '2024-01-01',
    '12:30',
    '1_00',
    '20240101_120000',
    '--1',
    'log(0.5)',
    'tensor([0.5])',
    'N/A',
    'None',
    '-',
    '.',
    '',
  ])('is not %j', (text) => {
    expect(readNumber(text)).toBeNull();
  });

  it.each([
    ['\u001b[32m0.875\u001b[0m', 0.875],
    ['np.float64(0.875)', 0.875],
    ["tensor(0.8750, device='cuda:0')", 0.875],
    ['<tf.Tensor: shape=(), dtype=float32, numpy=0.875>', 0.875],
    ["Decimal('0.875')", 0.875],
    ['91 %', 91],
    ['1_000', 1000],
    ['np.float32(nan)', 'NaN'],
  ])('%j', (text, value) => {
    expect(readNumber(text)).toBe(value);
  });

  it('is looked for in the time that the text takes, whatever it is', () => {
    for (const sign of [
      '1',
      'a',
      'a.',
      '_',
      '(',
      '1_',
      ' ',
      '\u001b[',
      'tensor(1, a=',
      '<tf.Tensor:',
      '\u001b]',
    ]) {
      const text = sign.repeat(200_000);
      expect(
        cpuMsOf(() => void readNumber(text)),
        sign,
      ).toBeLessThan(2_000);
    }
  });
});
