/**
 * Why a trial does not start now, as data with its sentence (P6); `why` shows each with its host and device. Figures are
 * what was measured when the rule was asked.
 */
import { z } from 'zod';
import { mostItems } from '../bounds.ts';
import { deviceRefusalSchema, devicesRefusalText } from './device-refusal.ts';
import { formatDuration } from '../duration.ts';
import {
  attemptFigures,
  attemptText,
  claimedList,
  claimedText,
  counted,
  decimal,
  percent,
  settlesText,
  takesOneText,
  turnFigures,
  turnText,
} from './refusal-phrases.ts';
import { withRemedy } from './gpu-remedy.ts';
import { diskText } from './disk-text.ts';
import { holdSchema, holdText } from '../hold.ts';
import { refusal, schemaOf } from './refusal-row.ts';
import { listOf, saidFigure, saidName, saidText } from '../said.ts';
import { formatSize } from '../size.ts';

const table = {
  slots: refusal(
    'slots',
    { running: saidFigure, limit: saidFigure },
    ({ running, limit }) =>
      `${counted(running, 'trial')} of ${limit} allowed at once ${running === 1 ? 'is' : 'are'} running`,
  ),

  cpus: refusal(
    'cpus',
    { needCpus: saidFigure, freeCpus: saidFigure, totalCpus: saidFigure },
    ({ needCpus, freeCpus, totalCpus }) =>
      `needs ${counted(needCpus, 'core')}; ${freeText(freeCpus, totalCpus)}`,
  ),

  /** `keptBytes`: what stays free, of which agents of earlier versions do not say. */
  memory: refusal(
    'memory',
    {
      needBytes: saidFigure,
      freeBytes: saidFigure,
      totalBytes: saidFigure,
      ofGroup: z.boolean().default(false),
      keptBytes: saidFigure.default(0),
      claimed: claimedList,
    },
    ({ needBytes, freeBytes, totalBytes, ofGroup, keptBytes, claimed }) =>
      keptBytes >= totalBytes
        ? allKeptText({ keptBytes, totalBytes, ofGroup })
        : `needs ${formatSize(needBytes)} of memory; ${formatSize(freeBytes)} of ${allowedText(totalBytes, ofGroup)} are free` +
          `${keptBytes > 0 ? `, besides ${formatSize(keptBytes)} that always stay free` : ''}${claimedText(claimed)}`,
  ),

  /** One of its shape had so much of a memory and wanted more; this host has no more. */
  outgrown: refusal(
    'outgrown',
    {
      memory: z.enum(['host', 'gpu']),
      tookBytes: saidFigure,
      ofBytes: saidFigure,
      ofGroup: z.boolean().default(false),
      saidAtBytes: saidFigure.nullable().default(null),
      totalBytes: saidFigure,
    },
    ({ memory, tookBytes, ofBytes, ofGroup, saidAtBytes, totalBytes }) =>
      `${ranOutText(saidAtBytes, tookBytes)} of ${allowedText(ofBytes, ofGroup)}; ` +
      `${memory === 'gpu' ? "the host's largest GPU" : 'the host'} has ${formatSize(totalBytes)}`,
  ),

  /** `limit`: under which it is let in again. */
  load: refusal(
    'load',
    { othersLoad: saidFigure, limit: saidFigure },
    ({ othersLoad, limit }) =>
      `others want ${decimal(othersLoad)} of the host's cores; nothing starts until that is ${decimal(limit)} or less for 2 min`,
  ),

  /** The host is short of memory: shares of the time in which something waits for it, as measured and as let in again. */
  pressure: refusal(
    'pressure',
    { share: saidFigure, limit: saidFigure },
    ({ share, limit }) =>
      `the host is short of memory: something there waits for it ${percent(share)} of the time; nothing that takes memory starts until that is ${percent(limit)} or less`,
  ),

  /** Likewise: bytes that come back from swap in a second. */
  swap: refusal(
    'swap',
    { bytes: saidFigure, limitBytes: saidFigure },
    ({ bytes, limitBytes }) =>
      `the host is short of memory: ${formatSize(bytes)} a second come back from swap; nothing that takes memory starts until that is ${formatSize(limitBytes)} or less`,
  ),

  /** `limitBytes`: with what the trial asks for, which is `askedBytes` of it. Agents of earlier versions say neither that nor where. */
  disk: refusal(
    'disk',
    {
      freeBytes: saidFigure,
      limitBytes: saidFigure,
      askedBytes: saidFigure.default(0),
      folder: saidName.nullable().default(null),
      totalBytes: saidFigure.nullable().default(null),
    },
    diskText,
  ),

  /** Trials of its shape have filled this host's disk, so often while nothing else of ours ran there. */
  'filled-disk': refusal(
    'filled-disk',
    { times: saidFigure, wroteBytes: saidFigure, beganBytes: saidFigure },
    ({ times, wroteBytes, beganBytes }) =>
      `ran out of disk space${times > 1 ? ` ${times} times` : ''} while nothing else ran there: it had written ${formatSize(wroteBytes)}, ` +
      `and ${formatSize(beganBytes)} were free when it began; make room there, give the host another "folder" in inventory.json, ` +
      'or let it write less (work files, checkpoints, artifacts)',
  ),

  /** Hosts went down under it, so it waits until nothing else of labsweep runs there: so many trials do. */
  alone: refusal(
    'alone',
    { running: saidFigure },
    ({ running }) =>
      `it runs alone, since hosts went down under it or it was short of memory or disk space twice: it waits for ${counted(running, 'trial')} to end there`,
  ),

  /** Such a trial runs there. */
  beside: refusal(
    'beside',
    attemptFigures,
    (named) =>
      `${attemptText(named)} runs alone there, since hosts went down under its trial or it was short of memory or disk space twice`,
  ),

  /** The ramp guard: a shape never observed settles before the next one starts. */
  ramp: refusal('ramp', attemptFigures, settlesText),

  /** As `gpu-claims`, of the host's memory. */
  claims: refusal('claims', { because: saidText }, takesOneText),

  /** Another account comes first. What each has used of the host's cores of late, in seconds. */
  turn: refusal('turn', turnFigures, (said) => `the host is left to ${turnText('cores')(said)}`),

  /** Figures older than 3 s: nothing is known, so nothing starts. `because`: why there are no newer ones, where that is known. */
  stale: refusal(
    'stale',
    { ageMs: saidFigure, because: saidText.nullable().default(null) },
    ({ ageMs, because }) =>
      `${ageMs >= Number.MAX_SAFE_INTEGER ? 'the host has told no figures yet' : `the host's figures are ${formatDuration(ageMs)} old, and nothing starts by old ones`}${because === null ? '' : `: ${because}`}`,
  ),

  /** `because`: what the driver's tool said where it should have told of GPUs. */
  'no-gpu': refusal('no-gpu', { because: saidText.nullable() }, ({ because }) =>
    because === null
      ? 'needs a GPU, and the host has none'
      : `needs a GPU, and the host shows none: ${because}`,
  ),

  /** `because`: as of `no-gpu`. On the cores it would train for days, and its result would stand beside those of GPUs. */
  'gpus-broken': refusal(
    'gpus-broken',
    { because: saidText },
    ({ because }) =>
      `may use a GPU, and the host's driver shows none of its GPUs: ${withRemedy(because)}; on the host's cores it runs with \`resources: {gpus: 0}\``,
  ),

  /** Somebody has touched the file that empties a host. */
  hold: refusal(
    'hold',
    holdSchema.shape,
    (hold) => `${holdText(hold)}: nothing starts until that file is removed`,
  ),

  /** Each GPU of the host has something against it. */
  gpus: refusal(
    'gpus',
    {
      devices: listOf(
        z.object({ device: saidName, index: saidFigure, refusals: listOf(deviceRefusalSchema, mostItems) }),
        mostItems,
      ),
    },
    ({ devices }) =>
      devices.map(({ index, refusals }) => `GPU ${index} ${devicesRefusalText(refusals)}`).join('; '),
  ),

  labels: refusal(
    'labels',
    { missing: listOf(saidName, mostItems) },
    ({ missing }) =>
      `the host lacks ${counted(missing.length, 'label').replace(/^\d+ /, '')} ${missing.join(', ')}`,
  ),

  off: refusal('off', { because: saidText }, ({ because }) => `the host is off: ${because}`),

  quarantined: refusal(
    'quarantined',
    { because: saidText },
    ({ because }) => `the host is quarantined: ${because}`,
  ),

  unreachable: refusal(
    'unreachable',
    { because: saidText },
    ({ because }) => `the host cannot be used: ${because}`,
  ),

  preparing: refusal('preparing', { what: saidText }, ({ what }) => `the host is being prepared: ${what}`),

  /** What its launch needs could not be made there. `logTail`: the end of what was said of it. */
  unprepared: refusal(
    'unprepared',
    { because: saidText, logTail: saidText },
    ({ because }) => `the host could not be prepared: ${because}`,
  ),

  /** A disk that it writes to is full there, and not labsweep's own: what writes elsewhere goes on. */
  'no-room': refusal(
    'no-room',
    { of: z.enum(['sweep', 'trial']), because: saidText },
    ({ of, because }) =>
      `${of === 'sweep' ? "the sweep's trials found no room on a disk there, and are tried again by themselves" : 'it found no room on a disk there, and is tried again by itself'} after a while: ${because}; make room there`,
  ),

  /** Values that are kept in memory alone, and come with a coordinator. */
  'pass-env': refusal(
    'pass-env',
    { names: listOf(saidName, mostItems) },
    ({ names }) =>
      `waits for the ${names.length === 1 ? 'value' : 'values'} of ${names.join(', ')}: ` +
      `kept in memory only, so ${names.length === 1 ? 'it comes' : 'they come'} with the next coordinator (\`labsweep resume\`)`,
  ),

  /** The host went down while it ran alone there. */
  'went-down': refusal(
    'went-down',
    {},
    () => 'the host went down while it ran alone there, so only another one takes it',
  ),

  /** It failed on this host, and waits a while for one where it has not. */
  'failed-there': refusal('failed-there', {}, () => 'it failed there, so another host is waited for first'),

  /** Others are ahead of it: by how many trials. 0 of the first one, against which there is nothing. */
  queue: refusal('queue', { ahead: saidFigure }, ({ ahead }) => {
    if (ahead < 1) return 'it is about to start';
    return ahead === 1 ? '1 trial is ahead of it' : `${ahead} trials are ahead of it`;
  }),

  concurrent: refusal(
    'concurrent',
    { running: saidFigure, limit: saidFigure },
    ({ running, limit }) => `${running} of the sweep's ${limit} trials at once are running`,
  ),

  paused: refusal('paused', {}, () => 'the sweep is paused'),
};

/** No trial starts where the inventory leaves all of a memory free. */
export const allKeptText = (of: {
  readonly keptBytes: number;
  readonly totalBytes: number;
  readonly ofGroup: boolean;
}): string =>
  `${formatSize(of.keptBytes)} of memory stay free (\`limits.hostMemory\` in inventory.json), and there is no more than ` +
  `${allowedText(of.totalBytes, of.ofGroup)}: nothing starts there; set it to less`;

const allowedText = (bytes: number, ofGroup: boolean): string =>
  ofGroup ? `the ${formatSize(bytes)} that its control group allows` : formatSize(bytes);

/** What a program says of memory may be of one request that nothing could meet. */
function ranOutText(saidAtBytes: number | null, tookBytes: number): string {
  if (saidAtBytes === null) return `ran out of memory with ${formatSize(tookBytes)}`;
  return saidAtBytes === 0
    ? `said that memory ran out: it ended before anybody had looked at what it held, and could have had ${formatSize(tookBytes)}`
    : `said that memory ran out, and was seen to hold ${formatSize(saidAtBytes)} at most while it could have had ${formatSize(tookBytes)}`;
}

/** Below 0 where what runs takes more than is allowed now: it started under other limits, or alone. */
const freeText = (free: number, total: number): string =>
  free < 0
    ? `trials there hold ${decimal(total - free)} of ${decimal(total)} already`
    : `${decimal(free)} of ${decimal(total)} are free`;

export const refusalSchema = schemaOf(Object.values(table));
export type Refusal = Readonly<z.infer<typeof refusalSchema>>;

/** One plain sentence with its figures. */
export const refusalText = (said: Refusal): string => textOf(said);

/** A host that is full of our own trials, or waits a moment for one of them. */
export const isPassing = (kind: Refusal['kind']): boolean =>
  ['slots', 'cpus', 'ramp', 'alone', 'beside', 'turn', 'preparing', 'queue'].includes(kind);

// Written so that TypeScript sees each refusal go to the sentence of its own kind.
type Kind = keyof typeof table;
type OfKind<K extends Kind> = {
  [P in K]: Parameters<(typeof table)[P]['text']>[0] & { readonly kind: P };
}[K];
const texts: { readonly [K in Kind]: { readonly text: (said: OfKind<K>) => string } } = table;
const textOf = <K extends Kind>(said: OfKind<K>): string => texts[said.kind].text(said);
