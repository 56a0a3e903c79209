/**
 * Names that people, programs and files make up, as keys of plain objects. `constructor` is found in every object, and
 * `__proto__` assigned is no key at all (ECMA-262, 20.1.3 and B.2.2.1): they are read and written by these alone.
 * Spreading, Object.entries and Object.fromEntries keep every name, and so does JSON.
 */
import { z } from 'zod';

/** The value under a name; undefined where the object itself has none. */
export const own = <Value>(object: Readonly<Record<string, Value>>, name: string): Value | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** Adds a name, or replaces its value. */
export function putOwn(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}

const leftOut = '__proto__';

/**
 * `z.record`, which leaves `__proto__` out: a metrics line would not be the one any more that a hash vouches for.
 *
 * The schema is changed in place, so a copy of it (`.meta()`, `.refine()`) is an ordinary one: wrap it instead.
 */
export function record<Key extends z.ZodType<string, string>, Value extends z.ZodType>(
  key: Key,
  value: Value,
  params?: { readonly error: string },
): z.ZodRecord<Key, Value> {
  const schema = z.record(key, value, params);
  // oxlint-disable eslint/no-underscore-dangle -- zod's own place for what extends it (zod.dev/library-authors)
  const run = schema._zod.run.bind(schema._zod);
  schema._zod.run = schema._zod.parse = (payload, context) => {
    const input = payload.value;
    const done = run(payload, context);
    if (typeof input !== 'object' || input === null || !Object.hasOwn(input, leftOut)) return done;
    if (done instanceof Promise) throw new TypeError('values of a record are read at once');
    const read = value.safeParse(Object.getOwnPropertyDescriptor(input, leftOut)?.value);
    if (!read.success) {
      for (const issue of read.error.issues)
        done.issues.push({ ...issue, input, path: [leftOut, ...issue.path] });
    } else if (typeof done.value === 'object' && done.value !== null) {
      const rest = new Map<string, unknown>(Object.entries(done.value)).set(leftOut, read.data);
      // In the order of the input, which a hash of its text depends on.
      const names = Object.keys(input).filter((name) => rest.has(name));
      Object.assign(done, { value: Object.fromEntries(names.map((name) => [name, rest.get(name)])) });
    }
    return done;
  };
  // oxlint-enable eslint/no-underscore-dangle
  return schema;
}
