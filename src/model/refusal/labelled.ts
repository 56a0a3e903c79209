import type { DeviceRefusal } from './device-refusal.ts';
import type { Refusal } from './refusal.ts';

/** What the trial of an attempt is called; null where that is not known. */
export type LabelOf = (attempt: string) => string | null;

/** With what trials are called in place of the ids of their attempts. */
export function labelled(refusal: Refusal, labelOf: LabelOf): Refusal {
  if (refusal.kind === 'beside' || refusal.kind === 'ramp') return withLabel(refusal, labelOf);
  if (refusal.kind !== 'gpus') return refusal;
  const devices = refusal.devices.map((device) => ({
    ...device,
    refusals: device.refusals.map((one) => labelledOfDevice(one, labelOf)),
  }));
  return { ...refusal, devices };
}

const labelledOfDevice = (refusal: DeviceRefusal, labelOf: LabelOf): DeviceRefusal =>
  'attempt' in refusal ? withLabel(refusal, labelOf) : refusal;

function withLabel<Named extends { readonly attempt: string }>(named: Named, labelOf: LabelOf): Named {
  const label = labelOf(named.attempt);
  return label === null ? named : { ...named, label };
}
