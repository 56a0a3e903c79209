/**
 * Leaves that several files share, as people write them. Messages say what would be right, so that they can follow
 * `3 is not` as well as `is missing:`.
 */
import { z } from 'zod';
import { durationExample, parseDuration } from '../duration.ts';
import { parseSize, sizeExample } from '../size.ts';
import { record } from '../own.ts';
import { digitsOf } from '../value.ts';

/** Names of sweeps and hosts end up in commands and file names. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const nameMessage = 'a name: letters, digits, `.`, `_` and `-`, a letter or a digit first';
export const nameInput = z.string({ error: nameMessage }).regex(namePattern, { error: nameMessage });

const sizeMessage = `a size: ${sizeExample}`;
export const sizeInput = z
  .union([z.number(), z.string()], { error: sizeMessage })
  .refine((value) => parseSize(value) !== null, { error: sizeMessage });

const durationMessage = `a duration: ${durationExample}`;
const someDurationMessage = `a duration above 0: ${durationExample}`;
export const durationInput = z
  .union([z.number(), z.string()], { error: durationMessage })
  .refine((value) => parseDuration(value) !== null, { error: durationMessage })
  .refine((value) => parseDuration(value) !== 0, { error: someDurationMessage });

/** YAML reads `OMP_NUM_THREADS: 1` as a number; a program gets text either way. */
export const textInput = z.preprocess(
  (value) => digitsOf(value) ?? value,
  z.union([z.string(), z.number()], { error: 'a word or a number; quote anything else' }),
);

const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const envInput = record(
  z.string().regex(variablePattern, { error: 'is no name for an environment variable' }),
  textInput,
);
const variableMessage = 'the name of a variable, like WANDB_API_KEY';
export const variableName = z
  .string({ error: variableMessage })
  .regex(variablePattern, { error: variableMessage });

export const countInput = (least: number, what: string) =>
  z.number({ error: what }).int({ error: what }).min(least, { error: what });
