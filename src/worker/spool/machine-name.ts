/**
 * What a machine is called in a folder that several may share: `host/NAME/` is its own. Its machine id, mostly; but
 * machines that were made from one disk image have that in common (machine-id(5) asks for another in each), and
 * containers often have none. So a file in `host/NAME/` says which machine took it: by its host name, and by its network
 * cards, which stay when it is given another name.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { textOf as ownText } from './log-file.ts';

const machineSchema = z.object({ hostname: z.string(), cards: z.array(z.string()) });
type Machine = Readonly<z.infer<typeof machineSchema>>;

/** @param folder labsweep's folder */
export function machineName(folder: string): string {
  const hosts = join(folder, 'host');
  const own = thisMachine();
  const plainHostname = own.hostname.replace(/[^A-Za-z0-9-]/g, '-') || 'unnamed';
  const name = machineId() ?? nameTaken(hosts, own) ?? plainHostname;
  return take(join(hosts, name), own) ? name : `${name}-${plainHostname}`;
}

function machineId(): string | null {
  const ids = ['/etc/machine-id', '/var/lib/dbus/machine-id'].map((path) => textOf(path).trim());
  return ids.find((id) => /^[a-z0-9]{8,64}$/i.test(id) && id !== 'uninitialized') ?? null;
}

function thisMachine(): Machine {
  const addresses = Object.values(os.networkInterfaces()).flatMap((all) => (all ?? []).map(({ mac }) => mac));
  return { hostname: os.hostname(), cards: [...new Set(addresses.filter(isOfCard))].sort() };
}

/** Docker makes those of its containers from their addresses, which are the same on every machine. */
const isOfCard = (mac: string): boolean => mac !== '00:00:00:00:00:00' && !mac.startsWith('02:42:');

const isSame = (one: Machine, other: Machine): boolean =>
  one.hostname === other.hostname || one.cards.some((card) => other.cards.includes(card));

/** The name that this machine has had there before. */
const nameTaken = (hosts: string, own: Machine): string | null =>
  namesIn(hosts).find((name) => {
    const taken = readMachine(join(hosts, name));
    return taken !== null && isSame(taken, own);
  }) ?? null;

/** False where another machine has it. Where it cannot be written down, as on a full disk, it is taken all the same. */
function take(root: string, own: Machine): boolean {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    writeFileSync(join(root, file), JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    const taken = readMachine(root);
    return taken === null || isSame(taken, own);
  }
}

const file = 'machine.json';

function readMachine(root: string): Machine | null {
  try {
    return machineSchema.parse(JSON.parse(ownText(join(root, file))));
  } catch {
    return null;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
