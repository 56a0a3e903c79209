/** Names that every object seems to have, wherever people, programs and files make names up. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pathInDataset } from '../../src/programs/cnn1d/dataset/source-files.ts';
import { canonicalJson, canonicalParams } from '../../src/model/grid/canonical.ts';
import { parseDuration } from '../../src/model/duration.ts';
import { launchIdOf } from '../../src/model/grid/identity.ts';
import { launchSchema } from '../../src/model/launch.ts';
import { metricOf, metricsLineSchema } from '../../src/model/result/metrics.ts';
import { own, putOwn, record } from '../../src/model/own.ts';
import { paramsSchema } from '../../src/model/grid/params.ts';
import { parseSize } from '../../src/model/size.ts';
import { CsvRows } from '../../src/worker/supervisor/csv-rows.ts';
import { parseMetricsLine } from '../../src/worker/supervisor/metrics-line.ts';
import { StdoutPatterns } from '../../src/worker/supervisor/stdout-patterns.ts';
import { plainLaunch } from '../plain-launch.ts';

export const oddNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'length',
  '__defineGetter__',
  'toJSON',
  '0',
  '10',
];

const name = fc.oneof(fc.constantFrom(...oddNames), fc.string());
/** As JSON.parse makes it. */
const jsonOf = (entries: readonly (readonly [string, number])[]): string =>
  `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join()}}`;
const entries = fc.uniqueArray(fc.tuple(name, fc.integer()), { selector: ([key]) => key, maxLength: 8 });

const tailLines = (...texts: string[]) => texts.map((text, at) => ({ text, at }));

describe('names of people’s making', () => {
  test('a metrics line, parameters and variables are read as they are written, to the byte', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const value: unknown = JSON.parse(jsonOf(all));
        const text = JSON.stringify(value);
        for (const schema of [metricsLineSchema, paramsSchema]) {
          const read = schema.parse(value);
          expect(JSON.stringify(read)).toBe(text);
          expect(canonicalJson(read)).toBe(canonicalJson(value));
          expect(canonicalParams(paramsSchema.parse(value))).toBe(canonicalJson(value));
          for (const [key, number] of all) expect(own(read, key)).toBe(number);
        }
        const spec = { ...plainLaunch(['x']), env: Object.fromEntries(all.map(([key, n]) => [key, `${n}`])) };
        expect(launchIdOf(launchSchema.parse(JSON.parse(JSON.stringify(spec))))).toBe(launchIdOf(spec));
      }),
    );
  });

  test('a name that is not there has no value', () => {
    for (const key of oddNames) {
      expect(own({}, key)).toBeUndefined();
      expect(metricOf({ score: 1 }, key)).toBeNull();
    }
  });

  test('a unit is none by its name alone', () => {
    for (const key of oddNames.filter((one) => !/^\d/.test(one))) {
      expect(parseSize(`5 ${key}`)).toBeNull();
      expect(parseDuration(`5 ${key}`)).toBeNull();
    }
  });

  test('a value that is none is told with its place, also under __proto__', () => {
    const read = z
      .object({ env: record(z.string(), z.string()) })
      .safeParse(JSON.parse('{"env":{"__proto__":1}}'));
    expect(read.error?.issues).toMatchObject([{ code: 'invalid_type', path: ['env', '__proto__'] }]);
  });

  test('a name that is put is the only thing that changes', () => {
    for (const key of oddNames) {
      const object: Record<string, number> = {};
      putOwn(object, key, 3);
      expect(Object.entries(object)).toEqual([[key, 3]]);
      expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    }
  });

  test('what a program prints is read under any name', () => {
    expect(Object.entries(parseMetricsLine('{"__proto__": 1, "constructor": 2}') ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ]);
    const [csv] = new CsvRows().take(Buffer.from('__proto__,constructor\n1,2\n'), true);
    expect(JSON.stringify(csv?.line)).toBe('{"__proto__":1,"constructor":2}');
    const patterns = new StdoutPatterns(['a: {__proto__}', 'b: {constructor}', 'c: {toString}']);
    expect(JSON.stringify(patterns.read(tailLines('a: 1', 'b: 2', 'c: 3', 'a: 4'), true))).toBe(
      '[{"__proto__":1,"constructor":2,"toString":3},{"__proto__":4}]',
    );
  });

  test('a file of a data set is a list by its own name alone', () => {
    for (const key of oddNames) expect(pathInDataset(`yes/${key}`)).toBeNull();
    expect(pathInDataset('a/testing_list.txt')).toBe('testing_list.txt');
    expect(pathInDataset('constructor/x.wav')).toBe('constructor/x.wav');
  });
});
