import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { inventoryJsonSchema, sweepJsonSchema } from '../../src/model/source/json-schema.ts';
import { parseInventory } from '../../src/model/inventory/parse-inventory.ts';
import { commandHead, complaints, toyHead } from './reading.ts';

const file = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const accepts = (schema: Parameters<typeof z.fromJSONSchema>[0], value: unknown): boolean =>
  z.fromJSONSchema(schema).safeParse(value).success;

describe('the JSON Schemas for editors', () => {
  it.each([
    ['schemas/sweep.schema.json', sweepJsonSchema()],
    ['schemas/inventory.schema.json', inventoryJsonSchema()],
  ])('%s is what `node scripts/make-schemas.ts` writes', (path, schema) => {
    expect(JSON.parse(file(path))).toEqual(schema);
  });

  it('accept the sweep and the inventory of this repository', () => {
    expect(accepts(sweepJsonSchema(), parse(labSweep))).toBe(true);
    expect(accepts(inventoryJsonSchema(), JSON.parse(file('inventory.json')))).toBe(true);
    expect(parseInventory(file('inventory.json'), 'inventory.json').kind).toBe('inventory');
  });

  it('refuse what labsweep refuses', () => {
    for (const text of [`${toyHead}girds: {}\n`, `${toyHead}fixed: 3\n`, `${toyHead}grid: {a: 3}\n`]) {
      expect(accepts(sweepJsonSchema(), parse(text)), text).toBe(false);
      expect(complaints(text), text).not.toEqual([]);
    }
  });

  it('leave to the extended file what it says', () => {
    expect(accepts(sweepJsonSchema(), { extends: 'base.yaml', replicates: 5 })).toBe(true);
    expect(accepts(sweepJsonSchema(), parse(commandHead))).toBe(true);
  });
});

/** The example of the format's own description. */
const labSweep = `
sweep: lab                              # 7 depths x 7 regularisations x 3 widths = 147 points
program: cnn1d
data: speech-commands
objective: {metric: val_accuracy, goal: maximize, at: best}
fixed: {family: custom-k5, epochs: 100, batchSize: 32, learningRate: 0.001, patience: 10}
grid:
  layers: {from: 3, to: 9}
  startChannels: [32, 64, 128]
  regularisation:
    DO(0.25):    {dropout: 0.25, batchNorm: false}
    DO(0.5):     {dropout: 0.5,  batchNorm: false}
    DO(0.75):    {dropout: 0.75, batchNorm: false}
    BN:          {dropout: 0,    batchNorm: true}
    DO(0.25)+BN: {dropout: 0.25, batchNorm: true}
    DO(0.5)+BN:  {dropout: 0.5,  batchNorm: true}
    DO(0.75)+BN: {dropout: 0.75, batchNorm: true}
replicates: 3
`;
