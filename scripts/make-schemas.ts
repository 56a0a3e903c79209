/** Writes the JSON Schemas that editors read, from the schemas that labsweep reads with. */
import { writeFileSync } from 'node:fs';
import { inventoryJsonSchema, sweepJsonSchema } from '../src/model/source/json-schema.ts';

const schemas = { sweep: sweepJsonSchema(), inventory: inventoryJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const file = new URL(`../schemas/${name}.schema.json`, import.meta.url);
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
