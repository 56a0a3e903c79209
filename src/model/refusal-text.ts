import { formatDuration } from './duration.ts';
import type { Claimed, DeviceRefusal, Refusal } from './refusal.ts';
import { formatSize } from './size.ts';

/** Why a trial does not start now, in one plain sentence with its figures (P6). */
export function refusalText(refusal: Refusal): string {
  switch (refusal.kind) {
    case 'slots':
      return `${counted(refusal.running, 'trial')} of ${refusal.limit} allowed at once ${refusal.running === 1 ? 'is' : 'are'} running`;
    case 'cpus':
      return `needs ${counted(refusal.needCpus, 'core')}; ${decimal(refusal.freeCpus)} of ${decimal(refusal.totalCpus)} are free`;
    case 'memory':
      return `needs ${formatSize(refusal.needBytes)} of memory; ${formatSize(refusal.freeBytes)} of ${formatSize(refusal.totalBytes)} are free${claimedText(refusal.claimed)}`;
    case 'claims':
      return `takes one trial at a time: ${refusal.because}`;
    case 'load':
      return `others load the host with ${decimal(refusal.othersLoad)}; nothing starts from ${decimal(refusal.limit)}`;
    case 'disk':
      return `${formatSize(refusal.freeBytes)} of disk are free; nothing starts under ${formatSize(refusal.limitBytes)}`;
    case 'alone':
      return `hosts went down while it ran, so it runs alone: it waits for ${counted(refusal.running, 'trial')} to end there`;
    case 'beside':
      return `attempt ${refusal.attempt} runs alone there, since hosts went down while its trial ran`;
    case 'ramp':
      return `waits until the memory of attempt ${refusal.attempt} has settled, the first of its kind`;
    case 'stale':
      return `the host's figures are ${formatDuration(refusal.ageMs)} old`;
    case 'no-gpu':
      return refusal.because === null
        ? 'needs a GPU, and the host has none'
        : `needs a GPU, and the host shows none: ${refusal.because}`;
    case 'gpus':
      return refusal.devices
        .map(({ index, refusals }) => `GPU ${index} ${devicesRefusalText(refusals)}`)
        .join('; ');
    case 'labels':
      return `the host lacks ${counted(refusal.missing.length, 'label').replace(/^\d+ /, '')} ${refusal.missing.join(', ')}`;
    case 'off':
      return `the host is off: ${refusal.because}`;
    case 'quarantined':
      return `the host is quarantined: ${refusal.because}`;
    case 'unreachable':
      return `the host cannot be used: ${refusal.because}`;
    case 'preparing':
      return `the host is being prepared: ${refusal.what}`;
    case 'unprepared':
      return `the host could not be prepared: ${refusal.because}`;
    case 'pass-env':
      return (
        `waits for the ${refusal.names.length === 1 ? 'value' : 'values'} of ${refusal.names.join(', ')}: ` +
        'kept in memory only, so they come with the next coordinator (`labsweep resume`)'
      );
    case 'went-down':
      return 'the host went down while it ran alone there, so only another one takes it';
    case 'failed-there':
      return 'it failed there, so another host is waited for first';
    case 'queue':
      return refusal.ahead === 1 ? '1 trial is ahead of it' : `${refusal.ahead} trials are ahead of it`;
    case 'concurrent':
      return `${refusal.running} of the sweep's ${refusal.limit} trials at once are running`;
    case 'paused':
      return 'the sweep is paused';
    default:
      return refusal satisfies never;
  }
}

/** All that a GPU has against a trial: what follows its name. */
export const devicesRefusalText = (refusals: readonly DeviceRefusal[]): string =>
  refusals.map(deviceRefusalText).join(', and ');

/** One thing that a GPU has against it. */
export function deviceRefusalText(refusal: DeviceRefusal): string {
  switch (refusal.kind) {
    case 'gpu-off':
      return `is off: ${refusal.because}`;
    case 'gpu-reserved':
      return `is reserved${refusal.owner === null ? '' : ` for ${refusal.owner}`}`;
    case 'gpu-owner': {
      const whose =
        refusal.owner === null ? 'is used only while idle' : `is ${refusal.owner}'s, used only while idle`;
      return `${whose}: ${refusal.processes === 1 ? '1 process of others is' : `${refusal.processes} processes of others are`} on it`;
    }
    case 'gpu-failed':
      return `does not work: ${refusal.because}`;
    case 'gpu-stale':
      return refusal.ageMs >= Number.MAX_SAFE_INTEGER
        ? 'has told nothing yet'
        : `has told nothing for ${formatDuration(Math.round(refusal.ageMs / 1000) * 1000)}`;
    case 'gpu-memory':
      return `has ${formatSize(refusal.freeBytes)} of ${formatSize(refusal.totalBytes)} to give where ${formatSize(refusal.needBytes)} are needed${claimedText(refusal.claimed)}`;
    case 'gpu-claims':
      return `takes one trial at a time: ${refusal.because}`;
    case 'gpu-utilisation':
      return `is ${percent(refusal.utilisation)} busy, held until under ${percent(refusal.limit)}`;
    case 'gpu-temperature':
      return `is at ${decimal(refusal.celsius)} °C, held until under ${decimal(refusal.limitCelsius)} °C`;
    case 'gpu-ramp':
      return `waits until the memory of attempt ${refusal.attempt} has settled, the first of its kind`;
    default:
      return refusal satisfies never;
  }
}

/** Whom a person may ask. */
const claimedText = (claimed: readonly Claimed[]): string =>
  claimed.length === 0
    ? ''
    : ` (${claimed.map(({ user, bytes }) => `${user} claims ${formatSize(bytes)}`).join(', ')})`;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const counted = (count: number, noun: string): string => `${decimal(count)} ${noun}${count === 1 ? '' : 's'}`;
const decimal = (value: number): string => String(Number(value.toFixed(2)));
