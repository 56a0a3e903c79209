/** Takes labsweep off a host: first its agent, then its folder. */
import { z } from 'zod';
import { printable } from '../../model/printed/printable.ts';
import { type Holding, holdingSchema } from '../../protocol/messages.ts';
import { folderMarker } from '../../protocol/folder-marker.ts';
import { socketParents } from '../../protocol/socket-folder.ts';
import { scriptText } from '../../script-text.ts';
import { type Transport, TransportError } from '../transport/transport.ts';
import { given } from './given.ts';

export type Ended =
  /** `connected` coordinators had it at work until now, and will come back. */
  | { readonly kind: 'ended'; readonly folder: string; readonly connected: number }
  | { readonly kind: 'nothing'; readonly folder: string }
  /** Processes of trials run there, of this ledger or another. */
  | { readonly kind: 'busy'; readonly folder: string; readonly processes: number }
  /** Processes of labsweep's do not end. */
  | { readonly kind: 'stays'; readonly folder: string; readonly processes: number };

export type Removed =
  | { readonly kind: 'removed'; readonly folder: string; readonly kib: number }
  /** What labsweep made is gone; `left` was made by others, and so the folder is left too. */
  | { readonly kind: 'emptied'; readonly folder: string; readonly kib: number; readonly left: string }
  /** It is not labsweep's, but has `names` that labsweep may have made. */
  | { readonly kind: 'mixed'; readonly folder: string; readonly names: string }
  | { readonly kind: 'nothing'; readonly folder: string };

/**
 * Ends the agent of a folder on a host. Hosts that share the folder all end theirs before it is removed.
 *
 * @param force ends what runs there as well
 * @throws TransportError
 */
export async function endAgent(transport: Transport, folder: string, force: boolean): Promise<Ended> {
  const { what, count, path } = await tell(transport, folder, force ? 'end-all' : 'end');
  if (what === 'busy' || what === 'stays') return { kind: what, folder: path, processes: count };
  return what === 'ended'
    ? { kind: 'ended', folder: path, connected: count }
    : { kind: 'nothing', folder: path };
}

export type Held =
  | { readonly kind: 'held'; readonly holdings: readonly Holding[] }
  /** The agent that served there last cannot be asked. */
  | { readonly kind: 'unread'; readonly because: string };

/** What ledgers still have in a folder on a host: what removing it would lose. @throws TransportError */
export async function heldThere(transport: Transport, folder: string): Promise<Held> {
  const { what, path, said } = await tell(transport, folder, 'holds');
  if (what === 'nothing') return { kind: 'held', holdings: [] };
  const holdings = z.array(holdingSchema).safeParse(parseJson(said));
  if (holdings.success) return { kind: 'held', holdings: holdings.data };
  return { kind: 'unread', because: `no agent in ${path} can read what ledgers have there` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Removes what labsweep made in a folder of its own, and the folder where nothing else is in it. @throws TransportError */
export async function removeFolder(transport: Transport, folder: string): Promise<Removed> {
  const { what, count, path, said, complaint } = await tell(transport, folder, 'remove');
  switch (what) {
    case 'kept':
      throw new TransportError('io', `${path} cannot be removed: ${said} stays there (${complaint})`);
    case 'removed':
      return { kind: 'removed', folder: path, kib: count };
    case 'emptied':
      return { kind: 'emptied', folder: path, kib: count, left: printable(said) };
    case 'mixed':
      return { kind: 'mixed', folder: path, names: said.trim() };
    default:
      return { kind: 'nothing', folder: path };
  }
}

const script = scriptText('clean.sh', import.meta.url);

async function tell(
  transport: Transport,
  folder: string,
  act: 'end' | 'end-all' | 'remove' | 'holds',
): Promise<{ what: string; count: number; path: string; said: string; complaint: string }> {
  const values = { folder, marker: folderMarker, socket_parents: socketParents.join(' '), act };
  const { stdout, stderr } = await transport.exec(['sh'], given(values, script));
  const [, what, count, path, said = ''] = /^labsweep-clean (\w+) (\d+) (.*)$(?:\n(.*))?/m.exec(stdout) ?? [];
  if (what === undefined || path === undefined)
    throw new TransportError('io', `${folder} cannot be removed: ${firstLine(stderr) || firstLine(stdout)}`);
  return {
    what,
    count: Number(count),
    path,
    said,
    complaint: firstLine(stderr) || 'something goes on there',
  };
}

const firstLine = (text: string): string => printable(text.trim().split('\n', 1)[0] ?? '');
