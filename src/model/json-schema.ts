import { z } from 'zod';
import { inventoryInput } from './inventory-input.ts';
import { sweepInput } from './sweep-input.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** For editors: what a sweep file may hold. Published as schemas/sweep.schema.json. */
export function sweepJsonSchema(): JsonSchema {
  const { required, ...schema } = published(sweepInput);
  // What a file has to say may stand in the one that it extends.
  return { ...schema, anyOf: [{ required }, { required: ['extends'] }] };
}

/** For editors: what an inventory may hold. Published as schemas/inventory.schema.json. */
export const inventoryJsonSchema = (): JsonSchema => published(inventoryInput);

const published = (schema: z.ZodType): JsonSchema => ({
  ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }),
});
