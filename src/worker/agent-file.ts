/** Who serves a folder: for the next deploy, which replaces an older build. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { protocolVersion } from '../protocol/messages.ts';
import { textOf } from './spool/log-file.ts';
import { writeWhole } from './spool/write-whole.ts';

const agentFileSchema = z.object({
  pid: z.number(),
  startTime: z.number().nullable(),
  /** The first 16 digits of the SHA-256 of the agent's own file. */
  build: z.string(),
  /** Of two builds, the one of the higher protocol serves: an older one might misread what lies in the folder. */
  protocol: z.number().default(0),
  /** When that file came to this host: of two builds of one protocol, the one that was put last serves. */
  deployedAtMs: z.number(),
  /** The Node that runs it, for who has to ask it something later. */
  node: z.string().default(''),
});
export type AgentFile = Readonly<z.infer<typeof agentFileSchema>>;

export type Build = Pick<AgentFile, 'build' | 'protocol' | 'deployedAtMs'>;

/** What `script` is. @throws the system's error when it cannot be read */
export const buildOf = (script: string): Build => ({
  build: createHash('sha256').update(readFileSync(script)).digest('hex').slice(0, 16),
  protocol: protocolVersion,
  deployedAtMs: statSync(script).mtimeMs,
});

/** Whether of two builds `one` gives way to `other`. */
export const isOlder = (one: Build, other: Build): boolean =>
  one.build !== other.build &&
  (one.protocol < other.protocol ||
    (one.protocol === other.protocol && one.deployedAtMs < other.deployedAtMs));

export const writeAgentFile = (path: string, agent: AgentFile): void =>
  writeWhole(path, JSON.stringify(agent));

/** Null where no agent has served here, or its file is damaged. */
export function readAgentFile(path: string): AgentFile | null {
  try {
    const decoded = agentFileSchema.safeParse(JSON.parse(textOf(path)));
    return decoded.success ? decoded.data : null;
  } catch {
    return null;
  }
}
