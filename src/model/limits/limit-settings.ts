/** What an inventory sets of the limits: as people write it, and as agents are told. */
import { z } from 'zod';
import { recordOf } from '../record-of.ts';
import { limitTable } from './limit-table.ts';

const settings = Object.values(limitTable).flatMap(({ setting }) => (setting === null ? [] : [setting]));
export type LimitSetting = (typeof settings)[number];

/** `limits` of a host in inventory.json. */
export const limitsInput = z.strictObject(
  recordOf(settings, ({ key, input, sentence }) => [key, input.optional().meta({ description: sentence })]),
);

/** In a message to an agent, and in its journal. */
export const saidLimits = recordOf(settings, ({ said, saidSchema }) => [said, saidSchema]);
export type SaidLimits = Record<LimitSetting['said'], number | null>;

/** What is not set is null: the rule's own default. */
export const readLimits = (input: z.infer<typeof limitsInput>): SaidLimits =>
  recordOf(settings, ({ key, said }) => [said, input[key] ?? null]);
