/** How a host is heard: message by message, as long as what it says is an agent's, and never so much that others wait. */
import type { Duplex } from 'node:stream';
import { mostMessageChars, mostShortChars } from '../../model/bounds.ts';
import { printable } from '../../model/printed/printable.ts';
import { decoder } from '../../protocol/framing.ts';
import { fromAgentSchema, type HostSaid } from '../../protocol/messages.ts';

/** Of this process's time, one host takes half at most: after so much of it the stream rests for as long. */
const restAfterMs = 10;

/** Those whose length grows with nothing that trials do. */
const short: ReadonlySet<unknown> = new Set<HostSaid['kind']>([
  'welcome',
  'facts',
  'turned-away',
  'content',
  'stuck',
  'preparing',
  'launch',
  'figures',
  'log',
  'file',
  'checkpoint-restored',
]);

function mostCharsOf(value: unknown): number {
  const isShort = typeof value === 'object' && value !== null && 'kind' in value && short.has(value.kind);
  return isShort ? mostShortChars : mostMessageChars;
}

/**
 * Reads a stream from an agent to its end, or to what no agent says: `refuse` is told of that, once, and nothing of it
 * or behind it is heard. What it writes faster than it is heard waits on its own machine.
 */
export function hear(
  stream: Duplex,
  received: (message: HostSaid) => void,
  refuse: (problem: string) => void,
): void {
  const decode = decoder(fromAgentSchema, mostMessageChars, mostCharsOf);
  const read = (
    chunk: string,
  ): { readonly messages: readonly HostSaid[]; readonly problem: string | null } => {
    try {
      return { messages: decode(chunk), problem: null };
    } catch (error) {
      return { messages: [], problem: error instanceof Error ? error.message : String(error) };
    }
  };
  let busyMs = 0;
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    if (stream.destroyed) return;
    const began = performance.now();
    const heard = read(chunk);
    for (const message of heard.messages) if (!stream.destroyed) received(message);
    if (heard.problem !== null && !stream.destroyed) {
      stream.destroy();
      return refuse(heard.problem);
    }
    busyMs += performance.now() - began;
    if (busyMs < restAfterMs) return;
    stream.pause();
    setTimeout(() => stream.resume(), busyMs).unref();
    busyMs = 0;
  });
}

/** For people: what is wrong. */
export const oddText = (problem: string): string =>
  `it says what no agent of labsweep says (${printable(problem)}); ask who runs that machine`;

/** What follows, too, and how it is tried again. */
export const distrustText = (host: string, problem: string): string =>
  `${oddText(problem)}. Nothing that it says is used any more; once it is in order: labsweep hosts on ${host}`;
