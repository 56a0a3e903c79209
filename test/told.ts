/** What a test writes down with plain texts for ids: read by the schema, as what comes from a file or a socket is. */
import type { z } from 'zod';
import { type Command, commandSchema } from '../src/coordinator/core/command.ts';
import type { CoordinatorEvent } from '../src/coordinator/core/events.ts';
import { type LedgerEvent, ledgerEventSchema } from '../src/ledger/events.ts';
import { type LiveFigures, liveFiguresSchema } from '../src/ledger/live-figures.ts';

export type LiveInput = z.input<typeof liveFiguresSchema>;
export type LedgerEventInput = z.input<typeof ledgerEventSchema>;
export type CommandInput = z.input<typeof commandSchema>;

type Asked = Extract<CoordinatorEvent, { kind: 'asked' }>;
export type ToldEvent =
  | Exclude<CoordinatorEvent, Asked>
  | (Omit<Asked, 'command'> & { command: CommandInput });

export const ledgerEvents = (...told: readonly LedgerEventInput[]): LedgerEvent[] =>
  told.map((event) => ledgerEventSchema.parse(event));
export const commandOf = (told: CommandInput): Command => commandSchema.parse(told);
export const liveOf = (told: LiveInput): LiveFigures => liveFiguresSchema.parse(told);
export const coordinatorEvent = (told: ToldEvent): CoordinatorEvent =>
  told.kind === 'asked' ? { ...told, command: commandOf(told.command) } : told;
