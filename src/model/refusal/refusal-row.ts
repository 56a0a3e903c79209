/** A refusal of one kind: the figures that it carries, and beside them the sentence that tells a person (P6). */
import { z } from 'zod';

type Kinded<Kind extends string, Figures extends z.ZodRawShape> = z.ZodObject<
  { kind: z.ZodLiteral<Kind> } & Figures
>;

export const refusal = <const Kind extends string, Figures extends z.ZodRawShape>(
  kind: Kind,
  figures: Figures,
  text: (refusal: z.infer<Kinded<Kind, Figures>>) => string,
) => ({ schema: z.object({ kind: z.literal(kind), ...figures }), text });

interface Row {
  readonly schema: z.ZodObject<{ kind: z.ZodLiteral<string> }>;
}

/** The schema of all of them, told apart by `kind`. */
export function schemaOf<Refusal extends Row>(rows: readonly Refusal[]) {
  const [first, ...others] = rows.map(({ schema }): Refusal['schema'] => schema);
  if (first === undefined) throw new TypeError('a table of refusals without a row');
  return z.discriminatedUnion('kind', [first, ...others]);
}
