/** Who serves a folder: for the next deploy, which replaces an older build. */
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const agentFileSchema = z.object({
  pid: z.number(),
  startTime: z.number().nullable(),
  /** The first 16 digits of the SHA-256 of the agent's own file. */
  build: z.string(),
  /** When that file came to this host: of two builds, the one that was put last serves. */
  deployedAtMs: z.number(),
});
export type AgentFile = Readonly<z.infer<typeof agentFileSchema>>;

export type Build = Pick<AgentFile, 'build' | 'deployedAtMs'>;

/** What `script` is. @throws the system's error when it cannot be read */
export const buildOf = (script: string): Build => ({
  build: createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 16),
  deployedAtMs: statSync(script).mtimeMs,
});

export function writeAgentFile(path: string, agent: AgentFile): void {
  writeFileSync(`${path}.next`, JSON.stringify(agent));
  renameSync(`${path}.next`, path);
}

/** Null where no agent has served here, or its file is damaged. */
export function readAgentFile(path: string): AgentFile | null {
  try {
    const decoded = agentFileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}
