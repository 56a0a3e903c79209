import PQueue from 'p-queue';
import type { Channel } from './channel.ts';

/** sshd has 10 sessions a connection by default, and a slot is free only a while after its command has ended. */
const mostCommands = 4;

/** Lets a few commands of a connection run at once; the agent's stream is not counted. */
export class CommandTurns {
  readonly #queue = new PQueue({ concurrency: mostCommands });

  /** The host does not even allow so many. */
  oneAtATime(): void {
    this.#queue.concurrency = 1;
  }

  /** The channel of a command that starts when it is its turn, which ends with the channel. */
  take(start: () => Promise<Channel>): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const starts = this.#queue.add(async () => {
        const channel = await start();
        resolve(channel);
        await channel.ended.catch(() => {});
      });
      starts.catch(reject);
    });
  }
}
