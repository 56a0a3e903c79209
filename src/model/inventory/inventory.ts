import { z } from 'zod';
import { saidLimits } from '../limits/limit-settings.ts';
import { record } from '../own.ts';
import { hoursSchema } from './hours.ts';

/** What is said of one GPU of a host, by the driver's number. */
const devicePolicySchema = z.object({
  gpu: z.number(),
  owner: z.string().nullable(),
  /** Null: `idle-only` for who is not its owner, else `shared`. */
  policy: z.enum(['shared', 'idle-only', 'reserved']).nullable(),
  /** When it is reserved; null: always. Journals of earlier versions lack it. */
  hours: hoursSchema.nullable().default(null),
  /** Why it is not used now; null where it is. */
  off: z.string().nullable(),
});
export type DevicePolicy = Readonly<z.infer<typeof devicePolicySchema>>;

/**
 * What the inventory holds trials back by on a host; null is the rule's own default. Journals of earlier versions lack
 * those with a default.
 */
export const hostLimitsSchema = z.object({ ...saidLimits, devices: z.array(devicePolicySchema).default([]) });
export type HostLimits = Readonly<z.infer<typeof hostLimitsSchema>>;

/** What trials find on one host and not on another; no part of any identity. */
export const hostSettingsSchema = z.object({
  env: record(z.string(), z.string()),
  /** Lines of bash that come before a sweep's own. */
  activate: z.string().nullable(),
  /** Where data sets lie there already, by name or by the path that sweeps know them by. */
  data: record(z.string(), z.string()),
});
export type HostSettings = Readonly<z.infer<typeof hostSettingsSchema>>;

export const noSettings: HostSettings = { env: {}, activate: null, data: {} };

/** One machine of the lab as the inventory has it, defaults merged in. Null is discovered, or the user's ssh config's. */
const inventoryHostSchema = z.object({
  name: z.string(),
  address: z.string().nullable(),
  port: z.number().nullable(),
  user: z.string().nullable(),
  jump: z.string().nullable(),
  transport: z.enum(['ssh2', 'openssh', 'local']),
  labels: z.array(z.string()),
  ...hostSettingsSchema.shape,
  /** As written: `~` is the home on the host. */
  folder: z.string().nullable(),
  /** Why it is not used now; null where it is. */
  off: z.string().nullable(),
  /** Silence after which what it holds may start elsewhere; null where it is not said (coordinator/core/silence.ts). */
  lostAfterMs: z.number().nullable(),
  limits: hostLimitsSchema,
});
export type InventoryHost = Readonly<z.infer<typeof inventoryHostSchema>>;

export interface Inventory {
  readonly hosts: readonly InventoryHost[];
}
