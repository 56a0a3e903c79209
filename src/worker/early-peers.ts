import type { Socket } from 'node:net';
import { encode } from '../protocol/framing.ts';

/** Connections that came before the agent can answer: they hear what keeps it from that. */
export class EarlyPeers {
  #sockets: Socket[] = [];
  #because: string | null = null;

  add(socket: Socket): void {
    this.#sockets.push(socket);
    socket.on('error', () => {}); // who takes it over hears of its end
    if (this.#because !== null) this.#say(socket, this.#because);
  }

  /** @param because a sentence for people */
  tell(because: string): void {
    this.#because = because;
    for (const socket of this.#sockets) this.#say(socket, because);
  }

  /** They are somebody else's from now on, and know that nothing keeps it any more. */
  handOver(): readonly Socket[] {
    const sockets = this.#sockets.filter((socket) => !socket.destroyed);
    if (this.#because !== null)
      for (const socket of sockets) socket.write(encode({ kind: 'stuck', because: null }));
    this.#sockets = [];
    this.#because = null;
    return sockets;
  }

  #say(socket: Socket, because: string): void {
    if (!socket.destroyed) socket.write(encode({ kind: 'stuck', because }));
  }
}
