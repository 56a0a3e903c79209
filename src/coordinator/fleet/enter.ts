/** From a way to reach a host to the agent that runs there: looks, puts what is missing, looks again. */
import { createHash, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { type AgentAddress, type Transport, TransportError } from '../transport/transport.ts';
import { scriptText } from '../../script-text.ts';
import { given } from './given.ts';
import { compressedNode, nodeFor } from './node-binary.ts';
import { withRemedy } from './no-room.ts';
import { notOursText } from './own-folder.ts';
import { type OwnNode, ownNode, placeOwnNode } from './own-node.ts';
import { type Probe, probe, type Wanted } from './probe.ts';
import { sendingText } from './sending-text.ts';
import { folderTurns } from './folder-turns.ts';

export interface HostPlace {
  readonly transport: Transport;
  /** labsweep's folder on the host, as the inventory has it: absolute or below `~`. */
  readonly folder: string;
  /** On this machine, the Node that runs here: it is put into the folder, and the agent runs by that. Null elsewhere. */
  readonly node: string | null;
}

export interface Entered {
  readonly agent: AgentAddress;
  readonly probe: Probe;
}

/**
 * @param agentFile the agent's file on this machine
 * @param doing hears what goes on, for people
 * @throws TransportError
 */
export async function enter(
  host: HostPlace,
  agentFile: string,
  doing: (what: string) => void = () => {},
): Promise<Entered> {
  const wanted = {
    folder: host.folder,
    own: host.node === null ? null : ownNode(host.node),
    build: await buildOf(agentFile),
  };
  const look = (): Promise<Probe> => probe(host.transport, wanted, randomBytes(6).toString('hex'));
  const first = await look();
  const notOurs = notOursText(first, first.folder);
  if (notOurs !== null) throw new TransportError('io', notOurs, { lasting: true });
  if (first.started !== null) return entered(first, first.started.socket, wanted);
  await folderTurns.take(first.folderId, async (waited) =>
    deliver(host.transport, waited ? await look() : first, { agentFile, wanted, doing }).catch((error) => {
      throw explained(error, first);
    }),
  );
  const second = await look();
  if (second.started !== null) return entered(second, second.started.socket, wanted);
  throw new TransportError(
    'command',
    `the agent does not start in ${second.folder}: ${withRemedy(second.startProblem, second.folder, second.freeKib) || nodeProblem(second)}`,
  );
}

/** What could not be written for want of room says so. */
function explained(error: unknown, { folder, freeKib }: Probe): unknown {
  if (!(error instanceof TransportError)) return error;
  const { kind, lasting, message } = error;
  const remedy = withRemedy(message, folder, freeKib);
  return remedy === message ? error : new TransportError(kind, remedy, { lasting, cause: error });
}

/** Puts what a look has found missing. @throws TransportError where the host is not fit for it, with what would help */
interface Delivery {
  readonly agentFile: string;
  readonly wanted: Wanted;
  readonly doing: (what: string) => void;
}

async function deliver(
  transport: Transport,
  found: Probe,
  { agentFile, wanted, doing }: Delivery,
): Promise<void> {
  if (found.folderProblem !== '')
    throw new TransportError(
      'io',
      withRemedy(
        `${found.folder} cannot be written there (${found.folderProblem}); give the host another "folder" in inventory.json`,
        found.folder,
        found.freeKib,
      ),
    );
  if (found.node === '')
    await (wanted.own === null ? putNode(transport, found, doing) : putOwnNode(found, wanted.own, doing));
  if (found.agent === 'no') await transport.put(agentFile, agentPath(found, wanted));
}

async function putOwnNode(
  { folder, arch }: Probe,
  { path, version }: OwnNode,
  doing: Delivery['doing'],
): Promise<void> {
  doing(`putting Node ${version} into ${folder}`);
  await placeOwnNode(path, nodeFolder(folder, version, arch)).catch((cause: unknown) => {
    const because = cause instanceof Error ? cause.message : String(cause);
    throw new TransportError('io', `Node cannot be put into ${folder}: ${because}`, { cause });
  });
}

async function putNode(transport: Transport, found: Probe, doing: (what: string) => void): Promise<void> {
  if (found.runs === 'no')
    throw new TransportError(
      'io',
      `programs in ${found.folder} are not allowed to run (a mount option noexec?), and there is no Node on the host; ` +
        'give it another "folder" in inventory.json',
    );
  const build = nodeFor(found);
  if (typeof build === 'string')
    throw new TransportError(
      'command',
      `it has no Node of 16 or later, and ${build}; install Node there for your user, or give the host "off": "…" in inventory.json`,
    );
  const folder = nodeFolder(found.folder, build.version, build.machine);
  doing(`getting Node ${build.version} for it`);
  const file = await compressedNode(build);
  const { size } = await stat(file);
  await transport.put(file, `${folder}/node.gz`, (bytes) =>
    doing(sendingText(`Node ${build.version}`, bytes, size)),
  );
  const unpacked = await transport.exec(['sh'], given({ folder }, unpackScript));
  if (unpacked.code !== 0)
    throw new TransportError('io', `Node cannot be unpacked in ${folder}: ${unpacked.stderr.trim()}`);
}

const nodeFolder = (folder: string, version: string, machine: string): string =>
  `${folder}/node/v${version}-${machine}`;

const unpackScript = scriptText('unpack-node.sh', import.meta.url);

const agentPath = ({ folder }: Probe, { build }: Wanted): string => `${folder}/agent/${build}.mjs`;

function entered(found: Probe, socket: string, wanted: Wanted): Entered {
  return {
    agent: { socket, relay: [found.node, agentPath(found, wanted), 'relay', '--folder', found.folder] },
    probe: found,
  };
}

const nodeProblem = ({ node, agent }: Probe): string =>
  node === ''
    ? 'the Node that was put there does not run'
    : agent === 'no'
      ? 'its file is not there'
      : 'it said nothing';

async function buildOf(agentFile: string): Promise<string> {
  const bytes = await readFile(agentFile);
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
