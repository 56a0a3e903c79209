/** What is done on a host, whichever program carries it there. */
import type { Duplex } from 'node:stream';
import { relayMarker } from '../../protocol/relay-marker.ts';
import type { Carrier, Channel } from './channel.ts';
import { commandLine } from './command-line.ts';
import { collected, endless } from './endless.ts';
import { getFile, putFile } from './remote-files.ts';
import { beginMs, readUntil } from './read-until.ts';
import { type AgentAddress, type ExecResult, type Transport, TransportError } from './transport.ts';

export function remoteTransport(carrier: Carrier): Transport {
  return {
    exec: (argv, stdin) => exec(carrier, argv, stdin),
    put: (localPath, hostPath, onProgress) => putFile(carrier, localPath, hostPath, onProgress),
    get: (hostPath, localPath, onProgress) => getFile(carrier, hostPath, localPath, onProgress),
    attach: (agent) => attach(carrier, agent),
    close: () => carrier.close(),
  };
}

async function exec(carrier: Carrier, argv: readonly string[], stdin = ''): Promise<ExecResult> {
  const channel = await carrier.open(commandLine(argv), 'command');
  const tooMuch = Promise.withResolvers<never>();
  const stop = (): void => {
    tooMuch.reject(endless(carrier.host, 'the answer to a command'));
    channel.stream.destroy();
  };
  const [stdout, stderr] = [collected(channel.stream, stop), collected(channel.stderr, stop)];
  channel.stream.on('error', () => {}); // it may end without reading: its exit code says what there is to say
  channel.stream.end(stdin);
  const code = await Promise.race([channel.ended, tooMuch.promise]);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** What the login shell's own files print before the relay speaks is dropped. */
async function attach(carrier: Carrier, agent: AgentAddress): Promise<Duplex> {
  const channel = await carrier.open(commandLine(agent.relay), 'attach');
  let said = '';
  channel.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  const noise = await readUntil(channel.stream, relayMarker, carrier.host, beginMs);
  if (noise !== null) {
    channel.ended.catch(() => {}); // the stream's own end says so
    return channel.stream;
  }
  throw await notRelayed(carrier.host, channel, () => said);
}

async function notRelayed(host: string, channel: Channel, said: () => string): Promise<TransportError> {
  channel.stream.resume();
  channel.stream.end();
  const code = await channel.ended;
  return new TransportError(
    'command',
    `the agent on ${host} does not answer: ${said().trim() || `its relay ended with exit code ${code}`}`,
  );
}
