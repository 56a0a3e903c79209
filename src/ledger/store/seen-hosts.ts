/** What hosts have, as the last coordinator or `hosts check` saw it, for who asks without entering them. Beside the ledger, no part of it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type HostFacts, hostFactsSchema } from '../../protocol/messages.ts';

const fileName = 'seen-hosts.json';
const fileSchema = z.record(z.string(), hostFactsSchema);

export type SeenHosts = ReadonlyMap<string, HostFacts>;

export function readSeenHosts(folder: string): SeenHosts {
  try {
    return new Map(
      Object.entries(fileSchema.parse(JSON.parse(readFileSync(join(folder, fileName), 'utf8')))),
    );
  } catch {
    return new Map();
  }
}

/** Hosts that are not among them, or have not been entered, stay as they were seen. No folder is made for it. */
export function writeSeenHosts(
  folder: string,
  hosts: readonly { readonly name: string; readonly facts: HostFacts | null }[],
): void {
  const before = readSeenHosts(folder);
  const now = new Map(before);
  for (const { name, facts } of hosts) if (facts !== null) now.set(name, facts);
  if (isDeepStrictEqual(now, before) || !existsSync(folder)) return;
  const path = join(folder, fileName);
  // A check and a coordinator may both be at it.
  const next = `${path}.${process.pid}.next`;
  writeFileSync(next, `${JSON.stringify(Object.fromEntries(now))}\n`, { mode: 0o600 });
  renameSync(next, path);
}
