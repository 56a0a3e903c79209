import { z } from 'zod';
import { record } from '../own.ts';
import { type ParamValue, valueExpected, valueProblem } from '../value.ts';

export const paramValueSchema = z.custom<ParamValue>((value) => valueProblem(value) === null, {
  error: ({ input }) => valueProblem(input) ?? valueExpected,
});
export const paramsSchema = record(z.string(), paramValueSchema);
/** One assignment of parameters, by name. */
export type Params = Readonly<Record<string, ParamValue>>;
