import { z } from 'zod';
import { inventoryInput } from './inventory-input.ts';
import { sweepInput } from './sweep-input.ts';

/** For editors: what a sweep file may hold. Published as schemas/sweep.schema.json. */
export const sweepJsonSchema = (): Readonly<Record<string, unknown>> => published(sweepInput);

/** For editors: what an inventory may hold. Published as schemas/inventory.schema.json. */
export const inventoryJsonSchema = (): Readonly<Record<string, unknown>> => published(inventoryInput);

const published = (schema: z.ZodType): Readonly<Record<string, unknown>> => ({
  ...z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }),
});
