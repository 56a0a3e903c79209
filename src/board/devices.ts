/** GPUs as people see them: by the driver's number, with what they carry and why they take nothing. Pure. */
import type { LiveFigures } from '../ledger/live-figures.ts';
import { type DeviceRefusal, devicesRefusalText } from '../model/refusal/device-refusal.ts';
import type { Refusal } from '../model/refusal/refusal.ts';
import type { GpuFacts, GpuFigures } from '../protocol/messages.ts';

type LiveHost = LiveFigures['hosts'][number];

/** A GPU of a host with its figures; null before the first. */
export interface Gpu {
  readonly facts: GpuFacts;
  readonly figures: GpuFigures | null;
}

/** By the driver's number; none where the host is not known. */
export function gpusOf(host: LiveHost | null): readonly Gpu[] {
  const figures = host?.figures?.gpus ?? [];
  return (host?.facts?.gpus ?? []).map((facts) => ({
    facts,
    figures: figures.find(({ uuid }) => uuid === facts.uuid) ?? null,
  }));
}

/** `cpu`, or `GPU 1`; the beginning of its UUID where nobody knows its number. */
export function deviceLabel(host: LiveHost | null, device: string): string {
  const known = gpusOf(host).find(({ facts }) => facts.uuid === device);
  if (known !== undefined) return `GPU ${known.facts.index}`;
  return device.startsWith('GPU-') ? device.slice(0, 12) : device;
}

/** What keeps a GPU from the first that waits on its host; null where its host's agent says nothing of it. */
export function refusalTextOf(host: LiveHost, uuid: string): string | null {
  const found = heldOn(host, uuid);
  return found.length === 0 ? null : devicesRefusalText(found);
}

/** What a GPU has against the first that waits on its host. */
export const heldOn = ({ holds }: LiveHost, uuid: string): readonly DeviceRefusal[] =>
  holds
    .flatMap((hold) => hold.refusals)
    .flatMap((refusal) => (refusal.kind === 'gpus' ? refusal.devices : []))
    .find(({ device }) => device === uuid)?.refusals ?? [];

/** What the host itself has against it; that others are before it is nothing of the host. */
export const heldBy = ({ holds }: LiveHost): readonly Refusal[] =>
  holds.flatMap((hold) => hold.refusals).filter(({ kind }) => kind !== 'gpus' && kind !== 'queue');
