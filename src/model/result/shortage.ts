import { z } from 'zod';

/** Of a memory: who has so much of it has it to itself, but for what a system and its logins hold. */
export const mostOfIt = 2 / 3;

/** The memory that an attempt ran out of, at the last sample before its end. Bytes. */
export const shortageSchema = z.object({
  memory: z.enum(['host', 'gpu']),
  /** What there was for it: all but what others had, and what others of ours had. */
  hadBytes: z.number(),
  totalBytes: z.number(),
  /** Whether that is what a control group allows; agents of before do not say. */
  ofGroup: z.boolean().default(false),
  /** Whether no other attempt of ours had a part of it. */
  alone: z.boolean(),
});
export type Shortage = Readonly<z.infer<typeof shortageSchema>>;
