/** A host's door: sshd drops some who come while others have not yet said who they are (MaxStartups). */
import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import { placeOf } from './problems.ts';
import type { SshConfig } from './ssh-config.ts';
import { TransportError } from './transport.ts';

const atOnce = 2;
const mostTries = 8;
/** Grows with each try. */
const pauseMs = 100;

const queues = new Map<string, PQueue>();

/** The host hung up before the first key was exchanged: nothing is wrong, too many came at once. */
export class SentAway extends Error {
  override readonly name = 'SentAway';
}

/**
 * Handshakes of this process with one address: a few at once, and again after a while of chance when it sends them
 * away.
 *
 * @throws TransportError when it does so every time
 */
export async function atTheDoor<Result>(config: SshConfig, enter: () => Promise<Result>): Promise<Result> {
  const address = `${config.proxyJump.join(',')}>${config.hostname}:${config.port}`;
  const queue = queues.get(address) ?? new PQueue({ concurrency: atOnce });
  queues.set(address, queue);
  for (let tries = 1; ; tries += 1) {
    try {
      return await queue.add(enter);
    } catch (cause) {
      if (!(cause instanceof SentAway)) throw cause;
      if (tries === mostTries)
        throw new TransportError(
          'unreachable',
          `${placeOf(config)} hangs up before it says hello: too many are at its door (MaxStartups), or it has blocked this machine.`,
          { cause },
        );
      await pause(pauseMs * tries * (0.5 + Math.random()));
    }
  }
}
