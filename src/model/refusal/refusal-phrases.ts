/** What several sentences of refusals are made of. */
import { z } from 'zod';
import { mostItems } from '../bounds.ts';
import { listOf, saidFigure, saidName, saidText } from '../said.ts';
import { formatDuration } from '../duration.ts';
import { formatSize } from '../size.ts';

/** What another account on the host claims of it for its trials. */
const claimedSchema = z.object({ user: saidName, bytes: saidFigure });
export type Claimed = Readonly<z.infer<typeof claimedSchema>>;

/** Agents of earlier versions do not say. */
export const claimedList = listOf(claimedSchema, mostItems).default([]);

/** Whom a person may ask. */
export const claimedText = (claimed: readonly Claimed[]): string =>
  claimed.length === 0
    ? ''
    : ` (${claimed.map(({ user, bytes }) => `${user} claims ${formatSize(bytes)}`).join(', ')})`;

/**
 * Processes of others on a GPU whom ours would disturb, and whose they are as far as that is known. Agents of earlier versions
 * only say how many.
 */
export const presence = {
  processes: saidFigure,
  users: listOf(saidName, mostItems).default([]),
  /** Since one of them computed last. */
  idleMs: saidFigure.default(0),
  idleAfterMs: saidFigure.default(0),
};

/** What has not computed for so long may be idle: a person is told when it counts as that. */
const quietMs = 30_000;

export function presenceText({
  processes,
  users,
  idleMs,
  idleAfterMs,
}: {
  readonly processes: number;
  readonly users: readonly string[];
  readonly idleMs: number;
  readonly idleAfterMs: number;
}): string {
  const whose = users.length === 0 ? 'others' : listed(users);
  const there = `${processesOf(processes, whose)} ${processes === 1 ? 'is' : 'are'} on it`;
  return idleMs < quietMs || idleAfterMs <= idleMs
    ? there
    : `${there}, and ${processes === 1 ? 'has' : 'have'} computed nothing for ${formatDuration(idleMs)}: after ${formatDuration(idleAfterMs)} trials run beside ${processes === 1 ? 'it' : 'them'}`;
}

/** `2 processes of mina` */
export const processesOf = (processes: number, whose: string): string =>
  `${processes === 1 ? '1 process' : `${processes} processes`} of ${whose}`;

/** `mina, jonas and tariq` */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

export const takesOneText = ({ because }: { readonly because: string }): string =>
  `takes one trial at a time: ${because}`;

export const turnFigures = { user: saidName, theirSeconds: saidFigure, ourSeconds: saidFigure };

interface Turn {
  readonly user: string;
  readonly theirSeconds: number;
  readonly ourSeconds: number;
}

export const turnText =
  (devices: 'GPUs' | 'cores') =>
  ({ user, theirSeconds, ourSeconds }: Turn): string =>
    `${user}, of whom a trial waits: of late ${user} has used ${usedText(theirSeconds)} of the host's ${devices}, and you ${usedText(ourSeconds)}`;

const usedText = (seconds: number): string =>
  seconds < 1 ? 'nothing' : formatDuration(Math.round(seconds) * 1_000);

/** An attempt of ours; `label`: what its trial is called, where a ledger knows that. */
export const attemptFigures = { attempt: saidName, label: saidText.optional() };

interface NamedAttempt {
  readonly attempt: string;
  readonly label?: string | undefined;
}

export const attemptText = ({ attempt, label }: NamedAttempt): string => label ?? `attempt ${attempt}`;

export const settlesText = (named: NamedAttempt): string =>
  `waits until the memory of ${attemptText(named)} has settled, the first of its kind`;

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const counted = (count: number, noun: string): string =>
  `${decimal(count)} ${noun}${count === 1 ? '' : 's'}`;
export const decimal = (value: number): string => String(Number(value.toFixed(2)));
