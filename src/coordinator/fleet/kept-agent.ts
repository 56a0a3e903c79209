import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The agent's file as it is now, for as long as this coordinator lives: an upgrade of labsweep in the middle of a sweep
 * removes the package's, or puts one in its place that speaks another protocol.
 *
 * @param folder the state folder, which one coordinator holds at a time
 */
export function keepAgentFile(folder: string, agentFile: string): string {
  const kept = join(folder, 'agent.mjs');
  const part = `${kept}.part`;
  try {
    copyFileSync(agentFile, part);
    renameSync(part, kept);
    return kept;
  } catch {
    // A disk that is full takes no copy, and has room again before most upgrades.
    rmSync(part, { force: true });
    return agentFile;
  }
}
