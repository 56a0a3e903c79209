import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AgentAddress, type Transport, TransportError } from '../transport/transport.ts';

const startedSchema = z.object({ socket: z.string(), pid: z.number(), build: z.string() });

/** Puts the agent on a host, if this build of it is not there, and sees to it that one runs. */
export async function startAgent(
  transport: Transport,
  host: { readonly folder: string; readonly node: string },
  agentFile: string,
): Promise<AgentAddress> {
  const build = createHash('sha256')
    .update(await readFile(agentFile))
    .digest('hex')
    .slice(0, 16);
  const agent = join(host.folder, 'agent', `${build}.mjs`);
  if (!(await transport.exists(agent))) await transport.put(agentFile, agent);
  const { code, stdout, stderr } = await transport.exec([host.node, agent, 'start', '--folder', host.folder]);
  const said = code === 0 ? startedSchema.safeParse(parseLastLine(stdout)) : null;
  if (!said?.success)
    throw new TransportError(
      'command',
      `the agent does not start in ${host.folder}: ${stderr.trim() || stdout.trim() || `exit code ${code}`}`,
    );
  return { socket: said.data.socket, relay: [host.node, agent, 'relay', '--folder', host.folder] };
}

/** Login shells may print before the program does: only the last line is the agent's. */
function parseLastLine(stdout: string): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return null;
  }
}
