import type { Socket } from 'node:net';
import { decoder, encode } from '../protocol/framing.ts';
import { type FromAgent, type ToAgent, toAgentSchema } from '../protocol/messages.ts';

/** A peer that has not read this much is not listening; it may come back and be told all of it. */
const mostUnreadBytes = 256 * 1024 * 1024;

interface Peer {
  readonly socket: Socket;
  unsent: string;
}

export interface PeerEvents {
  readonly opened: (connection: number) => void;
  readonly received: (connection: number, messages: readonly ToAgent[]) => void;
  readonly closed: (connection: number) => void;
}

/** The agent's connections by number. */
export class Peers {
  readonly #events: PeerEvents;
  readonly #peers = new Map<number, Peer>();
  #opened = 0;
  #isFlushDue = false;

  constructor(events: PeerEvents) {
    this.#events = events;
  }

  get count(): number {
    return this.#peers.size;
  }

  add(socket: Socket): void {
    this.#opened += 1;
    const connection = this.#opened;
    const decode = decoder(toAgentSchema);
    this.#peers.set(connection, { socket, unsent: '' });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      if (!this.#peers.has(connection)) return;
      try {
        this.#events.received(connection, decode(chunk));
      } catch {
        socket.destroy(); // it does not speak the protocol: nothing of what it says can be relied on
      }
    });
    socket.on('error', () => {}); // `close` follows
    socket.on('close', () => {
      this.#peers.delete(connection);
      this.#events.closed(connection);
    });
    this.#events.opened(connection);
  }

  /** Leaves with all else that is sent before the event loop goes on: trials that end together are told of together. */
  send(connection: number, message: FromAgent): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return;
    peer.unsent += encode(message);
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    setImmediate(() => this.#flush());
  }

  sendAll(message: FromAgent): void {
    for (const connection of this.#peers.keys()) this.send(connection, message);
  }

  #flush(): void {
    this.#isFlushDue = false;
    for (const peer of this.#peers.values()) {
      if (peer.unsent === '') continue;
      peer.socket.write(peer.unsent);
      peer.unsent = '';
      if (peer.socket.writableLength > mostUnreadBytes) peer.socket.destroy();
    }
  }

  /** Says what was sent to it, then closes. */
  close(connection: number): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return;
    peer.socket.end(peer.unsent);
    peer.unsent = '';
  }

  closeAll(): void {
    for (const connection of this.#peers.keys()) this.close(connection);
  }
}
