/** Leaves that several files share, as people write them. */
import { z } from 'zod';
import { durationExample, parseDuration } from './duration.ts';
import { parseSize, sizeExample } from './size.ts';

/** Names of sweeps and hosts end up in commands and file names. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
export const nameInput = z
  .string({ error: 'a name is letters, digits, `.`, `_` and `-`' })
  .regex(namePattern, {
    error: 'a name is letters, digits, `.`, `_` and `-`, and starts with a letter or a digit',
  });

export const sizeInput = z
  .union([z.number(), z.string()], { error: `write a size: ${sizeExample}` })
  .refine((value) => parseSize(value) !== null, { error: `no size; write ${sizeExample}` });

export const durationInput = z
  .union([z.number(), z.string()], { error: `write a duration: ${durationExample}` })
  .refine((value) => (parseDuration(value) ?? 0) > 0, { error: `no duration; write ${durationExample}` });

/** YAML reads `OMP_NUM_THREADS: 1` as a number; a program gets text either way. */
export const textInput = z.union([z.string(), z.number()], {
  error: 'a word or a number; quote anything else',
});

export const envInput = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'is no name for an environment variable' }),
  textInput,
);

export const countInput = (least: number, what: string) =>
  z.number({ error: what }).int({ error: what }).min(least, { error: what });
