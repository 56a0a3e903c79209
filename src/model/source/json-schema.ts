import { z } from 'zod';
import { inventoryInput } from '../inventory/inventory-input.ts';
import { sweepInput } from '../sweep/sweep-input.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** For editors: what a sweep file may hold. Published as schemas/sweep.schema.json. */
export function sweepJsonSchema(): JsonSchema {
  // What a sweep has to say may stand in the file that it extends.
  const { required: _, ...schema } = published(sweepInput);
  return schema;
}

/** For editors: what an inventory may hold. Published as schemas/inventory.schema.json. */
export const inventoryJsonSchema = (): JsonSchema => published(inventoryInput);

const published = (schema: z.ZodType): JsonSchema => ({
  // A parameter's value may be all that JSON has: a schema without a word on it.
  ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }),
});
