/** How each thing that a host says is read: by its alphabet, and within the bounds (bounds.ts). */
import { z } from 'zod';
import { metricsLineSchema } from './result/metrics.ts';
import { printable } from './printed/printable.ts';
import {
  mostInlineBytes,
  mostLineChars,
  mostLineValues,
  mostNameChars,
  mostNumber,
  mostTextChars,
} from './bounds.ts';

/** SHA-256 in hexadecimal digits. */
export const saidSha256 = z.string().regex(/^[0-9a-f]{64}$/, 'is no SHA-256');

/** Words for people: a terminal obeys none of them. */
export const saidText = z.string().max(mostTextChars).transform(printable);
export const saidName = z.string().max(mostNameChars).transform(printable);

/** A size in bytes, a count or an index. */
export const saidCount = z.number().int().min(0).max(mostNumber);
/** A figure that was measured; what is free may be less than nothing. */
export const saidFigure = z.number().min(-mostNumber).max(mostNumber);
/** One that is not. */
export const saidAmount = z.number().min(0).max(mostNumber);

/** A file's bytes. Of what base64 has no letter for, Node would make nothing and say nothing. */
export const saidBytes = z
  .string()
  .max(Math.ceil(mostInlineBytes / 3) * 4)
  .regex(/^[A-Za-z0-9+/]*={0,2}$/, 'is no base64');

/**
 * A list, read up to the first item that is wrong: zod would describe each of them, and 16,000,000 zeros in one message
 * would take all memory of this process.
 */
export const listOf = <Item extends z.ZodType>(item: Item, most: number) =>
  z
    .array(z.custom<z.input<Item>>(() => true))
    .max(most)
    .transform((values, context): z.output<Item>[] => {
      const read: z.output<Item>[] = [];
      for (const [index, value] of values.entries()) {
        const parsed = item.safeParse(value);
        if (!parsed.success) {
          context.addIssue({
            code: 'custom',
            message: parsed.error.issues[0]?.message ?? 'is wrong',
            path: [index],
          });
          return z.NEVER;
        }
        read.push(parsed.data);
      }
      return read;
    });

/** A metrics line; looked over before zod does, likewise. */
export const saidLine = z
  .custom<z.input<typeof metricsLineSchema>>(isModestLine, 'is no metrics line, or too long for one')
  .pipe(metricsLineSchema);

function isModestLine(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  if (entries.length > mostLineValues) return false;
  let chars = 0;
  for (const [name, item] of entries) chars += name.length + (typeof item === 'string' ? item.length : 0);
  return chars <= mostLineChars;
}
