/** All that `hosts check` learns of a host: it is entered as for a sweep, and its agent is proved to outlive the connection. */
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { decoder, encode } from '../../protocol/framing.ts';
import { fromAgentSchema, type HostFacts, protocolVersion } from '../../protocol/messages.ts';
import { type TransportErrorKind, TransportError } from '../transport/transport.ts';
import { enter, type HostPlace } from './enter.ts';
import type { Probe } from './probe.ts';

export type Inspection =
  | {
      readonly kind: 'entered';
      readonly probe: Probe;
      readonly facts: HostFacts;
      /** From nothing to an agent that answers. */
      readonly enteredMs: number;
      /** How far the host's clock is ahead of this machine's. */
      readonly clockAheadMs: number;
      /** Whether the agent was still there after all connections had been closed; null where there is none to close. */
      readonly detached: boolean | null;
    }
  | { readonly kind: 'not-entered'; readonly error: TransportErrorKind; readonly because: string };

/** logind ends what a login left behind at once, or 10 s later with its user's last one (logind.conf, UserStopDelaySec). */
const proofMs = 11_000;
const answerMs = 10_000;

/** @param hasConnection false for a host that is reached without one, whose agent has nothing to outlive */
export async function inspect(
  host: HostPlace,
  agentFile: string,
  hasConnection: boolean,
): Promise<Inspection> {
  try {
    const began = performance.now();
    const { agent, probe } = await enter(host, agentFile);
    const clockAheadMs = probe.clock * 1_000 - Date.now();
    const facts = await greet(await host.transport.attach(agent));
    const enteredMs = performance.now() - began;
    const detached = hasConnection ? await outlives(host, agentFile, facts.pid) : null;
    return { kind: 'entered', probe, facts, enteredMs, clockAheadMs, detached };
  } catch (error) {
    if (error instanceof TransportError)
      return { kind: 'not-entered', error: error.kind, because: error.message };
    throw error;
  } finally {
    await host.transport.close();
  }
}

async function outlives(host: HostPlace, agentFile: string, pid: number): Promise<boolean> {
  await host.transport.close();
  await pause(proofMs);
  const { probe } = await enter(host, agentFile);
  return probe.started?.pid === pid;
}

/** What an agent says of its host to somebody who only asks. */
async function greet(stream: Duplex): Promise<HostFacts> {
  const decode = decoder(fromAgentSchema);
  const said = Promise.withResolvers<HostFacts>();
  const late = setTimeout(
    () => said.reject(new TransportError('cut', `the agent says nothing for ${answerMs / 1_000} s`)),
    answerMs,
  );
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    for (const message of decode(chunk)) {
      if (message.kind === 'welcome') said.resolve(message.facts);
      if (message.kind === 'turned-away') said.reject(new TransportError('command', message.message));
    }
  });
  stream.on('error', () => {}); // `close` follows
  stream.on('close', () => said.reject(new TransportError('cut', 'the connection was cut')));
  stream.write(
    encode({ kind: 'hello', protocol: protocolVersion, ledger: '', owner: '', term: 0, role: 'reader' }),
  );
  try {
    return await said.promise;
  } finally {
    clearTimeout(late);
    stream.destroy();
  }
}
