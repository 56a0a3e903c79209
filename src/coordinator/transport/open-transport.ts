import type { InventoryHost } from '../../model/inventory/inventory.ts';
import { localTransport } from './local.ts';
import { opensshCarrier } from './openssh/carrier.ts';
import { remoteTransport } from './remote.ts';
import { ssh2Carrier } from './ssh2/carrier.ts';
import type { Transport } from './transport.ts';

/** Instead of the user's own ssh config; for tests, and for who keeps a lab's hosts in a file of their own. */
export const sshConfigVariable = 'LABSWEEP_SSH_CONFIG';

/** The way to a host that its inventory entry names. Nothing is connected before it is used. */
export function openTransport(
  host: Pick<InventoryHost, 'name' | 'address' | 'port' | 'user' | 'jump' | 'transport'>,
  configFile: string | null = process.env[sshConfigVariable] ?? null,
): Transport {
  if (host.transport === 'local') return localTransport();
  const carrier = host.transport === 'openssh' ? opensshCarrier : ssh2Carrier;
  return remoteTransport(carrier(host, configFile));
}
