/**
 * How an agent knows a value again that it does not know: values are kept in memory alone, and an agent that begins anew
 * finds logs that may show them. Beside each attempt lie the length of each value, a sum that tells fast where it might
 * stand, and a proof that costs as much to try as a stored password (scrypt, RFC 7914).
 */
import { randomBytes, scryptSync } from 'node:crypto';
import { z } from 'zod';
import type { Spelling } from './redaction.ts';

const printsSchema = z.object({
  salt: z.string(),
  /** What a proof costs (scrypt's N). */
  cost: z.number().int().positive().default(4_096),
  values: z.array(
    z.object({
      name: z.string(),
      bytes: z.number().int().positive(),
      /** 24 bits, so that hardly any other text is tried. */
      sum: z.number(),
      proof: z.string(),
    }),
  ),
});
export type Prints = z.infer<typeof printsSchema>;

/** 10 ms and 4 MB for each value, once a launch; of a value of a thousand lines less for each, since the agent waits. */
const costOf = (values: number): number =>
  2 ** Math.max(4, 12 - Math.ceil(Math.log2(Math.max(1, values / 64))));

export function printsOf(spellings: readonly Spelling[]): Prints {
  const salt = randomBytes(16).toString('hex');
  const cost = costOf(spellings.length);
  const values = spellings.map(({ name, text }) => {
    const bytes = Buffer.from(text, 'utf8').toString('latin1');
    let sum = 0;
    for (let index = 0; index < bytes.length; index += 1)
      sum = step(sum, bytes.charCodeAt(index), factorOf(salt));
    return { name, bytes: bytes.length, sum: sum >>> 8, proof: proofOf(salt, cost, bytes) };
  });
  return { salt, cost, values };
}

/** Null where a text is none. */
export function parsePrints(text: string): Prints | null {
  try {
    const read = printsSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** The values that bytes, as a latin1 text, show. @param known those that need no proof any more */
export function learn({ salt, cost, values }: Prints, bytes: string, known: readonly Spelling[]): Spelling[] {
  const factor = factorOf(salt);
  const tried = new Set(known.map(({ text }) => Buffer.from(text, 'utf8').toString('latin1')));
  const learned: Spelling[] = [];
  for (const length of new Set(values.map((value) => value.bytes))) {
    const wanted = values.filter((value) => value.bytes === length);
    for (const at of placesOf(bytes, length, factor, new Set(wanted.map(({ sum }) => sum)))) {
      const found = bytes.slice(at, at + length);
      if (tried.has(found)) continue;
      tried.add(found);
      const proof = proofOf(salt, cost, found);
      const value = wanted.find((one) => one.proof === proof);
      if (value !== undefined)
        learned.push({ name: value.name, text: Buffer.from(found, 'latin1').toString('utf8') });
    }
  }
  return learned;
}

/** Where the sum of the next bytes is a wanted one (Karp and Rabin 1987). */
function* placesOf(
  bytes: string,
  length: number,
  factor: number,
  wanted: ReadonlySet<number>,
): Generator<number> {
  let oldest = 1;
  for (let index = 0; index < length; index += 1) oldest = Math.imul(oldest, factor);
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    sum = step(sum, bytes.charCodeAt(index), factor);
    if (index >= length) sum = (sum - Math.imul(oldest, bytes.charCodeAt(index - length) + 1)) | 0;
    if (index >= length - 1 && wanted.has(sum >>> 8)) yield index - length + 1;
  }
}

const step = (sum: number, byte: number, factor: number): number => (Math.imul(sum, factor) + byte + 1) | 0;

const factorOf = (salt: string): number => Number.parseInt(salt.slice(0, 8), 16) | 1;

const proofOf = (salt: string, cost: number, bytes: string): string =>
  scryptSync(Buffer.from(bytes, 'latin1'), salt, 16, { N: cost, r: 8, p: 1 }).toString('hex');
