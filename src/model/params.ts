import { z } from 'zod';
import { record } from './own.ts';

/** What a parameter of a point can be. Numbers are finite. */
export const paramValueSchema = z.union([z.number(), z.string(), z.boolean()]);
export const paramsSchema = record(z.string(), paramValueSchema);
export type ParamValue = z.infer<typeof paramValueSchema>;
/** One assignment of parameters, by name. */
export type Params = Readonly<Record<string, ParamValue>>;
