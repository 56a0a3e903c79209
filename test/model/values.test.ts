import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, canonicalParams } from '../../src/model/grid/canonical.ts';
import type { ParamValue } from '../../src/model/value.ts';
import { isSameValue, jsonText, valueText } from '../../src/model/value.ts';
import { commandHead, complaints, expand, pointsOf } from './reading.ts';

const valuesOf = (list: string): (ParamValue | undefined)[] =>
  pointsOf(`${commandHead}grid: {x: ${list}}\n`).map(({ params }) => params['x']);
const said = (list: string): string[] => valuesOf(list).map((value) => valueText(value ?? null));
const x = (value: string): string => `${commandHead}fixed: {x: ${value}}\n`;

describe('a value', () => {
  it('may be all that JSON has', () => {
    expect(
      valuesOf('[null, ~, "null", [30], [60, 60], {a: 1, b: [null, {c: x}]}, [], {}]'.replace('~, ', '')),
    ).toEqual([null, 'null', [30], [60, 60], { a: 1, b: [null, { c: 'x' }] }, [], {}]);
    expect(
      pointsOf(`${commandHead}grid: {kind: {a: {betas: [0.9, 0.99]}, b: {betas: null}}}\n`),
    ).toHaveLength(2);
  });

  it('keeps the digits of whole numbers of any size', () => {
    const digits = ['9007199254740993', '-9007199254740993', '18446744073709551616', `1${'0'.repeat(40)}7`];
    expect(said(`[${digits.join(', ')}]`)).toEqual(digits);
    expect(said('[+9007199254740993, 0xFFFFFFFFFFFFFFFF]')).toEqual([
      '9007199254740993',
      '18446744073709551615',
    ]);
    expect(complaints(`${commandHead}grid: {x: [9007199254740992, 9007199254740993]}\n`)).toEqual([]);
    expect(said(`[{seed: 9007199254740993}]`)).toEqual(['{"seed":9007199254740993}']);
  });

  it('is the number that it was where a double has its digits', () => {
    expect(valuesOf('[9007199254740991, 9007199254740992, 100000000000000000000, 1e21, 0x10, 017]')).toEqual([
      9007199254740991, 9007199254740992, 1e20, 1e21, 16, 17,
    ]);
  });

  it('whatever whole number it is, reaches a program and JSON as it was written', () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        expect(said(`[${value}]`)).toEqual([String(value)]);
        expect(jsonText(valuesOf(`[[${value}]]`))).toBe(`[[${value}]]`);
      }),
      { numRuns: 50 },
    );
  });

  it('is one value, however its names are ordered and its numbers written', () => {
    for (const list of [
      '{a: 1, b: 2}, {b: 2, a: 1}',
      '[1, 2], [1.0, 2]',
      '18446744073709551616, +18446744073709551616',
    ])
      expect(complaints(`${commandHead}grid: {x: [${list}]}\n`), list).toHaveLength(1);
    expect(isSameValue([1, { a: null }], [1, { a: null }])).toBe(true);
    expect(isSameValue(null, undefined)).toBe(false);
    expect(isSameValue({ a: 1 }, [1])).toBe(false);
  });

  it('has one name in the identity', () => {
    const params = { b: { d: 1, c: [null] }, a: 'x', gone: 1 };
    expect(canonicalParams(params, ['gone'])).toBe('{"a":"x","b":{"c":[null],"d":1}}');
    expect(canonicalParams({ b: null, a: 1 })).toBe(canonicalJson({ a: 1, b: null }));
  });

  it('is left out by a rule that names it', () => {
    const grid = `${commandHead}grid: {x: [[30], [60, 60], null, {a: 1, b: 2}, 9007199254740993]}\n`;
    const rule = (value: string) => expand(`${grid}exclude: [{x: ${value}, because: no}]\n`).points.length;
    expect(rule('[[60, 60], null]')).toBe(3);
    expect(rule('{b: 2, a: 1}')).toBe(4);
    expect(rule('9007199254740993')).toBe(4);
    expect(rule('9007199254740992')).toBe(5);
    expect(complaints(`${grid}exclude: [{x: [30], because: no}]\n`)).toEqual([
      'sweeps/x.yaml:4:15  exclude[0].x: is read as a list of values, and [30] is one value here; write [[30]]',
    ]);
  });

  it.each([
    ['', 'fixed.x: is missing: a number, a word, true, false, null, a list or a mapping'],
    ['.inf', 'fixed.x: Infinity is not a number, a word, true, false, null, a list or a mapping'],
    ['[1, {a: .nan}]', 'fixed.x: a list is not a value: it holds NaN, which is no number'],
    ['{a: }', 'fixed.x: a mapping is not a value: a name in it has nothing behind it'],
    ['1e400', '1e400 is beyond the largest number (1.8e308); quote it if it is a word'],
    ['[-1e400]', '-1e400 is beyond the largest number (1.8e308); quote it if it is a word'],
    [
      '1e-400',
      '1e-400 is closer to 0 than the smallest number (4.9e-324); write 0, or quote it if it is a word',
    ],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'fixed.x: a list is not a value of at most 32 levels'],
    ['{$integer: "5"}', 'fixed.x: a mapping is not a value: labsweep uses the name $integer itself'],
    ['&a [*a]', 'this alias stands for what it is a part of'],
  ])('%j is refused', (value, complaint) => {
    expect(complaints(x(value))).toEqual([expect.stringContaining(complaint)]);
  });

  it.each(['0e5', '0.0', '5e-324', '1e308', '"1e400"', '1_000', `${'['.repeat(32)}${']'.repeat(32)}`])(
    '%s is read',
    (value) => {
      expect(complaints(x(value))).toEqual([]);
    },
  );

  it('of a range is a number that a double has', () => {
    expect(complaints(`${commandHead}grid: {x: {from: 1, to: 9007199254740993}}\n`)).toEqual([
      'sweeps/x.yaml:3:25  grid.x.to: 9007199254740993 is not a number up to 2^53; write a list of larger ones',
    ]);
  });
});

describe('--set', () => {
  const text = `${commandHead}fixed: {a: 1, o.lr: 2, m: {x: {y: 2}}}\ngrid: {o.x: [1]}\n`;
  const first = (...set: string[]) => pointsOf(text, { set })[0]?.params;

  it.each([
    ['fixed.o.lr=3', { 'o.lr': 3 }],
    ['fixed.o.new=3', { 'o.new': 3 }],
    ['fixed.m.x.y=9007199254740993', { m: { x: { y: { $integer: '9007199254740993' } } } }],
    ['fixed.m={q: [null]}', { m: { q: [null] } }],
    ['grid.o.x=[[60, 60]]', { 'o.x': [60, 60] }],
    ['grid.z=[null]', { z: null }],
  ])('%s', (set, params) => {
    expect(first(set)).toMatchObject(params);
  });

  it('takes a parameter away by null, and refuses a number that no double has', () => {
    expect(first('fixed.a=null')).not.toHaveProperty('a');
    expect(complaints(text, { set: ['fixed.a=1e400'] })[0]).toContain('1e400 is beyond the largest number');
  });
});
