import { realpathSync } from 'node:fs';
import { relayMarker } from '../protocol/relay-marker.ts';
import { socketPath, tryConnect } from './endpoint.ts';

/** Joins standard input and output to the agent of a folder, for a channel that has only these. False where none answers. */
export async function relay(folder: string): Promise<boolean> {
  const socket = await tryConnect(socketPath(realpathSync(folder)));
  if (socket === null) return false;
  process.stdout.write(relayMarker);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  socket.on('error', () => {}); // `close` follows
  socket.once('close', () => process.stdin.destroy());
  return true;
}
