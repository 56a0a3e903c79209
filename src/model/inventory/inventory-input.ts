/** inventory.json as people write it; what labsweep makes of it is inventory.ts. */
import { z } from 'zod';
import { countInput, durationInput, envInput, nameInput } from '../source/leaf-input.ts';
import { hoursMessage, parseHours } from './hours.ts';
import { limitsInput } from '../limits/limit-settings.ts';
import { isAddress, isJump, isUser } from './ssh-destination.ts';

const reasonMessage = 'a sentence that says why, like "PSU broken"';
const reason = z.string({ error: reasonMessage }).min(1, { error: reasonMessage });

const device = z.strictObject({
  gpu: countInput(0, 'the number of the GPU, from 0'),
  owner: z.string().optional(),
  policy: z.enum(['shared', 'idle-only', 'reserved']).optional().meta({
    description: 'Default shared; idle-only where the owner is another than the user that labsweep runs as.',
  }),
  hours: z
    .string({ error: hoursMessage })
    .refine((text) => parseHours(text) !== null, { error: hoursMessage })
    .optional()
    .meta({
      description:
        'Hours of the week in which a reserved GPU is its owner\'s, by the host\'s own clock: "Mon-Fri 08:00-18:00". Outside them it is idle-only. Default: always.',
    }),
  off: reason.optional(),
});

const dataMessage = 'a path on the host, from /';
const addressMessage =
  'a host name or an IP address, like gpu1.lab.example or 192.0.2.18; `user` and `port` are keys of their own';
const userMessage =
  'a user name: letters, digits, `.`, `_`, `-` and `+`; a domain stands before it as in `LAB\\ada`, or behind as in `ada@lab`';
const jumpMessage =
  'a host of this inventory or of your ssh config, or `user@host:port`; several with commas and no spaces between them';
const portMessage = 'a port: a whole number from 1 to 65535';
const host = z.strictObject({
  name: nameInput,
  address: z
    .string()
    .refine(isAddress, { error: addressMessage })
    .optional()
    .meta({ description: "Default: the name, by the user's ssh config." }),
  port: z
    .number({ error: portMessage })
    .int({ error: portMessage })
    .min(1, { error: portMessage })
    .max(65_535, { error: portMessage })
    .optional(),
  user: z.string().refine(isUser, { error: userMessage }).optional(),
  jump: z
    .string()
    .refine(isJump, { error: jumpMessage })
    .optional()
    .meta({ description: 'A host to go through.' }),
  transport: z.enum(['ssh2', 'openssh', 'local']).optional().meta({ description: 'Default ssh2.' }),
  labels: z.array(z.string()).optional(),
  env: envInput.optional(),
  activate: z.string().min(1).optional().meta({
    description: "Lines of bash that trials here run behind, before their sweep's own `activate`.",
  }),
  data: z
    .record(z.string(), z.string().startsWith('/', { error: dataMessage }), { error: dataMessage })
    .optional()
    .meta({ description: 'Data sets that lie here already, by name (or by path): {"sc": "/data/sc"}.' }),
  folder: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Where labsweep keeps its files. Default ~/.labsweep.' }),
  off: reason.optional(),
  lostAfter: durationInput.optional().meta({
    description:
      'Silence after which what it runs is started elsewhere, once nothing else waits. Default 15 min, less where more is known.',
  }),
  devices: z.array(device).optional(),
  limits: limitsInput.optional(),
});
export type HostInput = z.infer<typeof host>;

/** What all hosts have unless they say otherwise. */
const defaults = host.omit({ name: true, address: true }).partial();
export type HostDefaultsInput = z.infer<typeof defaults>;

export const inventoryInput = z
  .strictObject({
    $schema: z.string().optional(),
    defaults: defaults.optional(),
    hosts: z
      .array(host, { error: 'a list of hosts: [{"name": "cedar"}]' })
      .min(1, { error: 'a list of at least one host: [{"name": "cedar"}]' }),
  })
  .meta({ title: 'labsweep inventory' });
export type InventoryInput = z.infer<typeof inventoryInput>;

/** Keys of the format that are not built yet: refused, never ignored. */
export const inventoryKeysNotYet: ReadonlySet<string> = new Set(['power']);
