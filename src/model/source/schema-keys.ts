import { isMapping } from './source.ts';
import type { KeyPath } from './source-issue.ts';
import { own } from '../own.ts';

/** The keys that a JSON Schema names at `key`, through unions and optional wrappers. */
export function knownKeys(schema: unknown, key: KeyPath): readonly string[] {
  return [...new Set(descend(schema, key).flatMap((at) => Object.keys(propertiesOf(at))))];
}

function descend(schema: unknown, key: KeyPath): unknown[] {
  return key
    .reduce<unknown[]>(
      (level, part) =>
        level
          .flatMap((at) => alternatives(at))
          .flatMap((at) => {
            if (!isMapping(at)) return [];
            const next =
              typeof part === 'number'
                ? at['items']
                : (own(propertiesOf(at), part) ?? at['additionalProperties']);
            return next === undefined ? [] : [next];
          }),
      [schema],
    )
    .flatMap(alternatives);
}

function alternatives(schema: unknown): unknown[] {
  if (!isMapping(schema)) return [];
  const inner = schema['anyOf'] ?? schema['oneOf'];
  return Array.isArray(inner) ? [schema, ...inner.flatMap(alternatives)] : [schema];
}

const propertiesOf = (schema: unknown): Readonly<Record<string, unknown>> => {
  const properties = isMapping(schema) ? schema['properties'] : undefined;
  return isMapping(properties) ? properties : {};
};
