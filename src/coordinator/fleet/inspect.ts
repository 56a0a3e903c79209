/** All that `hosts check` learns of a host: it is entered as for a sweep, and its agent is proved to outlive the connection. */
import { setTimeout as pause } from 'node:timers/promises';
import type { HostSaid, HostFacts } from '../../protocol/messages.ts';
import { type AgentAddress, type TransportErrorKind, TransportError } from '../transport/transport.ts';
import { askLaunch, type LaunchAnswer, type LaunchQuestion } from './ask-launch.ts';
import { Conversation } from './conversation.ts';
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
      /** How a sweep would fare there; null where it was not asked. */
      readonly launch: LaunchAnswer | null;
    }
  | { readonly kind: 'not-entered'; readonly error: TransportErrorKind; readonly because: string };

/** logind ends what a login left behind at once, or 10 s later with its user's last one (logind.conf, UserStopDelaySec). */
const proofMs = 11_000;
const answerMs = 10_000;
/** A driver that sleeps takes a second or two for its first word. */
/** An agent gives a driver up that has said nothing for 30 s: without persistence mode some take 20 s. */
const gpusMs = 32_000;

/**
 * @param hasConnection false for a host that is reached without one, whose agent has nothing to outlive
 * @param question what is asked about a sweep, or null
 */
export async function inspect(
  host: HostPlace,
  agentFile: string,
  hasConnection: boolean,
  question: LaunchQuestion | null,
): Promise<Inspection> {
  try {
    const began = performance.now();
    const { agent, probe } = await enter(host, agentFile);
    const clockAheadMs = probe.clock * 1_000 - Date.now();
    const { facts, launch, greetedAt } = await converse(host, agent, probe, question);
    const enteredMs = greetedAt - began;
    const detached = hasConnection ? await outlives(host, agentFile, facts.pid) : null;
    return { kind: 'entered', probe, facts, enteredMs, clockAheadMs, detached, launch };
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

async function converse(
  { transport }: HostPlace,
  agent: AgentAddress,
  probe: Probe,
  question: LaunchQuestion | null,
): Promise<{ facts: HostFacts; launch: LaunchAnswer | null; greetedAt: number }> {
  const conversation = new Conversation(await transport.attach(agent));
  try {
    const welcomed = await conversation.first(factsIn, answerMs, 'the agent says nothing');
    const greetedAt = performance.now();
    const [facts, launch] = await Promise.all([
      withGpus(conversation, welcomed),
      question === null ? null : askLaunch(conversation, transport, probe, question),
    ]);
    return { facts, launch, greetedAt };
  } finally {
    conversation.close();
  }
}

const factsIn = (message: HostSaid): HostFacts | undefined =>
  message.kind === 'welcome' || message.kind === 'facts' ? message.facts : undefined;

/** Waits for the driver's first word, so that a host's GPUs are told as well; without one, for as long as it may take. */
async function withGpus(conversation: Conversation, facts: HostFacts): Promise<HostFacts> {
  if (hasHeardOfGpus(facts)) return facts;
  try {
    return await conversation.first(
      (message) => {
        const told = factsIn(message);
        return told !== undefined && hasHeardOfGpus(told) ? told : undefined;
      },
      gpusMs,
      'the driver says nothing',
    );
  } catch (error) {
    if (error instanceof TransportError) return facts;
    throw error;
  }
}

const hasHeardOfGpus = ({ gpus }: HostFacts): boolean => gpus !== null;
