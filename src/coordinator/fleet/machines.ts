import type { HostName } from '../../model/ids.ts';
import type { Probe } from './probe.ts';

/** Which entry of the inventory has which machine: two entries for one would load it twice. */
export class Machines {
  readonly #owners = new Map<string, HostName>();

  /** The other entry that has this machine and folder; null where there is none, and `host` has it from now on. */
  twinOf(
    host: HostName,
    {
      machine,
      hostname,
      bootId,
      folderId,
      folder,
    }: Pick<Probe, 'machine' | 'hostname' | 'bootId' | 'folderId' | 'folder'>,
  ): HostName | null {
    if (bootId === '') return null;
    // Containers have their kernel's boot id in common, and often the machine id of their image (or none).
    const key = [machine, hostname, bootId, folderId, folder].join('\n');
    const owner = this.#owners.get(key) ?? host;
    this.#owners.set(key, owner);
    return owner === host ? null : owner;
  }

  /** It is not there any more, or another machine has its name now. */
  forget(host: HostName): void {
    for (const [key, owner] of this.#owners) if (owner === host) this.#owners.delete(key);
  }
}
