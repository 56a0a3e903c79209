import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** NVIDIA's number as a vendor, and the class of display controllers (pci.ids). */
const nvidia = '0x10de';
const display = '0x03';

/**
 * Whether this machine has an NVIDIA GPU, whatever its driver says: on the PCI bus, or Windows's own behind WSL. A server
 * without one may have the driver's tools installed all the same.
 *
 * @param root where `sys` and `dev` are
 */
export const hasNvidiaGpu = (root = '/'): boolean =>
  existsSync(join(root, 'dev/dxg')) || isOnBus(join(root, 'sys/bus/pci/devices'));

function isOnBus(devices: string): boolean {
  try {
    return readdirSync(devices).some((device) => {
      const is = (file: string, begins: string): boolean =>
        readFileSync(join(devices, device, file), 'latin1').startsWith(begins);
      return is('vendor', nvidia) && is('class', display);
    });
  } catch {
    return false; // no PCI, or none that we may look at
  }
}
