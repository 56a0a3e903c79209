/**
 * Why one GPU of a host does not take a trial now. A sentence follows the GPU's name. A GPU is named by its UUID;
 * `index` is the driver's number.
 */
import type { z } from 'zod';
import { formatDuration } from '../duration.ts';
import { withRemedy } from './gpu-remedy.ts';
import { saidFigure, saidName, saidText } from '../said.ts';
import { formatSize } from '../size.ts';
import {
  attemptFigures,
  attemptText,
  claimedList,
  claimedText,
  decimal,
  percent,
  presence,
  presenceText,
  settlesText,
  takesOneText,
  turnFigures,
  turnText,
} from './refusal-phrases.ts';
import { refusal, schemaOf } from './refusal-row.ts';

const table = {
  'gpu-off': refusal('gpu-off', { because: saidText }, ({ because }) => `is off: ${because}`),

  /** It is kept for its owner. `hours`: when; null: always. */
  'gpu-reserved': refusal(
    'gpu-reserved',
    { owner: saidName.nullable(), hours: saidText.nullable().default(null) },
    ({ owner, hours }) =>
      `is reserved${owner === null ? '' : ` for ${owner}`}${hours === null ? '' : `: ${hours}, by the host's clock`}`,
  ),

  /** Its owner comes first, and so many processes that are not ours are on it. */
  'gpu-owner': refusal('gpu-owner', { owner: saidName.nullable(), ...presence }, ({ owner, ...there }) => {
    const whose = owner === null ? 'is used only while idle' : `is ${owner}'s, used only while idle`;
    return `${whose}: ${presenceText(there)}`;
  }),

  /** Somebody else computes there, and nobody said that it is shared. */
  'gpu-others': refusal(
    'gpu-others',
    presence,
    (there) =>
      `is in use: ${presenceText(there)} (where the inventory says \`"policy": "shared"\`, trials run beside them)`,
  ),

  /** A trial of ours stands still there. */
  'gpu-suspended': refusal(
    'gpu-suspended',
    { ...attemptFigures, because: saidText },
    ({ because, ...named }) => `lets ${attemptText(named)} go on first, which stands still: ${because}`,
  ),

  /** Watts of all GPUs together. `diedWatts`: under which the host went down; null where another account says so. */
  'gpu-power': refusal(
    'gpu-power',
    { watts: saidFigure, limitWatts: saidFigure, diedWatts: saidFigure.nullable() },
    ({ watts, limitWatts, diedWatts }) =>
      `would take the host's GPUs to ${Math.round(watts)} W; trials start there up to ${Math.round(limitWatts)} W${diedWatts === null ? '' : ` since it went down under ${Math.round(diedWatts)} W`}`,
  ),

  /** The driver says that it does not work. */
  'gpu-failed': refusal(
    'gpu-failed',
    { because: saidText },
    ({ because }) => `does not work: ${withRemedy(because)}`,
  ),

  'gpu-stale': refusal('gpu-stale', { ageMs: saidFigure }, ({ ageMs }) =>
    ageMs >= Number.MAX_SAFE_INTEGER
      ? 'has told nothing yet'
      : `has told nothing for ${formatDuration(Math.round(ageMs / 1000) * 1000)}`,
  ),

  'gpu-memory': refusal(
    'gpu-memory',
    { needBytes: saidFigure, freeBytes: saidFigure, totalBytes: saidFigure, claimed: claimedList },
    ({ needBytes, freeBytes, totalBytes, claimed }) =>
      `has ${formatSize(freeBytes)} of ${formatSize(totalBytes)} to give where ${formatSize(needBytes)} are needed${claimedText(claimed)}`,
  ),

  /** Shares of 1: as measured, and under which it is let in again. */
  'gpu-utilisation': refusal(
    'gpu-utilisation',
    { utilisation: saidFigure, limit: saidFigure },
    ({ utilisation, limit }) => `is ${percent(utilisation)} busy, held until under ${percent(limit)}`,
  ),

  /** Nothing shares a GPU before its like was seen to its end. */
  'gpu-unknown': refusal(
    'gpu-unknown',
    attemptFigures,
    (named) =>
      `has ${attemptText(named)}, and nobody knows yet what such trials take together: until the first of each sweep has ended, each has a GPU to itself`,
  ),

  /** Shares of its time: what those on it take, and what one more would. */
  'gpu-busy': refusal(
    'gpu-busy',
    { taken: saidFigure, needs: saidFigure, running: saidFigure },
    ({ taken, needs, running }) =>
      `has no time for it: ${running === 1 ? 'the trial' : `the ${running} trials`} there ${running === 1 ? 'keeps' : 'keep'} it ${percent(Math.min(1, taken))} busy, and it would need ${percent(needs)}; together all of them would only be slower`,
  ),

  'gpu-temperature': refusal(
    'gpu-temperature',
    { celsius: saidFigure, limitCelsius: saidFigure },
    ({ celsius, limitCelsius }) =>
      `is at ${decimal(celsius)} °C, held until under ${decimal(limitCelsius)} °C`,
  ),

  /** The ramp guard of a GPU: a shape never observed settles there before the next one starts. */
  'gpu-ramp': refusal('gpu-ramp', attemptFigures, settlesText),

  /** As `turn`, of the host's GPUs. */
  'gpu-turn': refusal('gpu-turn', turnFigures, (said) => `is left to ${turnText('GPUs')(said)}`),

  /** Agents of other accounts cannot be told what starts, or cannot be heard: one trial of ours at a time. */
  'gpu-claims': refusal('gpu-claims', { because: saidText }, takesOneText),
};

export const deviceRefusalSchema = schemaOf(Object.values(table));
export type DeviceRefusal = Readonly<z.infer<typeof deviceRefusalSchema>>;

/** One thing that a GPU has against it. */
export const deviceRefusalText = (said: DeviceRefusal): string => textOf(said);

/** All that a GPU has against a trial. */
export const devicesRefusalText = (refusals: readonly DeviceRefusal[]): string =>
  refusals.map(deviceRefusalText).join(', and ');

// Written so that TypeScript sees each refusal go to the sentence of its own kind.
type Kind = keyof typeof table;
type OfKind<K extends Kind> = {
  [P in K]: Parameters<(typeof table)[P]['text']>[0] & { readonly kind: P };
}[K];
const texts: { readonly [K in Kind]: { readonly text: (said: OfKind<K>) => string } } = table;
const textOf = <K extends Kind>(said: OfKind<K>): string => texts[said.kind].text(said);
