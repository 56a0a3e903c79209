import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** NVIDIA's number as a vendor, and the class of display controllers (pci.ids). */
const nvidia = '0x10de';
const display = '0x03';

export type GpuHardware = 'on-bus' | 'behind-wsl' | 'none';

/**
 * Where this machine has a GPU of NVIDIA, whatever the driver says. A server without one may have the driver's tools
 * installed all the same. Behind WSL it may be anybody's: there only the tools tell that it is NVIDIA's.
 *
 * @param root where `sys` and `dev` are
 */
export const gpuHardware = (root = '/'): GpuHardware =>
  isOnBus(join(root, 'sys/bus/pci/devices'))
    ? 'on-bus'
    : existsSync(join(root, 'dev/dxg'))
      ? 'behind-wsl'
      : 'none';

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
