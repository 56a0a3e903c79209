import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Carrier, Channel } from './channel.ts';
import { collected } from './endless.ts';
import { beginMs, readUntil } from './read-until.ts';
import { corruptCode, filesMarker, getScript, putScript } from './remote-scripts.ts';
import { type OnProgress, TransportError } from './transport.ts';

const chunkBytes = 256 * 1024;

/** A file to a host, whole or not at all; see Transport.put. */
export async function putFile(
  carrier: Carrier,
  localPath: string,
  hostPath: string,
  onProgress: OnProgress = () => {},
): Promise<void> {
  const file = await measure(localPath);
  const fields = [
    hostPath,
    `${hostPath}.${file.sha256.slice(0, 16)}.part`,
    file.mode,
    file.size,
    file.sha256,
  ];
  const attempt = async (): Promise<number | null> => {
    const shell = await startScript(carrier, putScript, fields.join('\n'), hostPath);
    const { stream } = shell.channel;
    const offset = offsetIn(await readUntil(stream, '\n', carrier.host), file.size);
    if (offset === null) {
      stream.destroy();
      throw new TransportError('io', `${carrier.host} does not say where ${hostPath} is to go on`);
    }
    // Nothing more is said, but an end that nobody reads is never seen.
    collected(stream, () => stream.destroy());
    await send(shell.channel, localPath, offset, onProgress);
    const code = await shell.channel.ended;
    if (code !== 0 && code !== corruptCode)
      throw fileError(`write ${hostPath} on ${carrier.host}`, shell, code);
    return code;
  };
  // A part whose tail a power loss took is found out at its end and sent anew.
  if ((await attempt()) === corruptCode && (await attempt()) === corruptCode)
    throw new TransportError('io', `${hostPath} on ${carrier.host} does not keep what is written to it`);
}

/** Where a file is to go on; null where that is no place in it. A command that has ended says so by its exit code. */
function offsetIn(said: string | null, size: number): number | null {
  const offset = /^\d{1,16}$/.test(said ?? '0') ? Number(said) : null;
  return offset === null || offset > size ? null : offset;
}

/** A file from a host, whole or not at all; see Transport.get. */
export async function getFile(
  carrier: Carrier,
  hostPath: string,
  localPath: string,
  onProgress: OnProgress = () => {},
): Promise<void> {
  const shell = await startScript(carrier, getScript, hostPath, hostPath);
  const { stream, ended } = shell.channel;
  const said = await readUntil(stream, '\n', carrier.host);
  const [identity, size] = /^(\d+) \d+ \d+$/.exec(said ?? '') ?? [];
  if (identity === undefined) throw fileError(`read ${hostPath} on ${carrier.host}`, shell, await ended);
  const part = `${localPath}.${identity.replaceAll(' ', '-')}.part`;
  await mkdir(dirname(localPath), { recursive: true, mode: 0o700 });
  const total = await receive(stream, part, Number(size), onProgress);
  const code = await ended;
  if (code !== 0 || total !== Number(size))
    throw fileError(`read ${hostPath} on ${carrier.host}`, shell, code === 0 ? null : code);
  await rename(part, localPath);
}

interface Shell {
  readonly channel: Channel;
  readonly said: () => string;
}

/** `sh` that has read the script and waits for its lines. */
async function startScript(
  carrier: Carrier,
  script: string,
  lines: string,
  hostPath: string,
): Promise<Shell> {
  if (/[\n\0]/.test(hostPath))
    throw new TransportError('io', `${JSON.stringify(hostPath)} is no path for a file`, { lasting: true });
  const channel = await carrier.open('sh', 'command');
  let said = '';
  channel.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)));
  channel.stream.on('error', () => {}); // it may end without reading: its exit code says what there is to say
  channel.stream.write(script);
  if ((await readUntil(channel.stream, filesMarker, carrier.host, beginMs)) !== null) {
    channel.stream.write(`${lines}\n`);
    return { channel, said: () => said };
  }
  channel.stream.resume();
  channel.stream.end();
  const code = await channel.ended;
  throw new TransportError(
    'command',
    `${carrier.host} does not run sh when it is asked to (exit code ${code}${said === '' ? '' : `: ${said.trim()}`}). ` +
      'Has this account a forced command, or a login shell that is none?',
    { lasting: true },
  );
}

async function measure(
  path: string,
): Promise<{ readonly size: number; readonly mode: string; readonly sha256: string }> {
  try {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes * 4 })) {
      hash.update(chunk);
      size += chunk.length;
    }
    const { mode } = await stat(path);
    return { size, mode: (mode & 0o100) === 0 ? '600' : '700', sha256: hash.digest('hex') };
  } catch (cause) {
    throw new TransportError('io', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** From the offset to the end, as fast as the other side takes it; until the command has ended, if that is sooner. */
async function send(channel: Channel, path: string, offset: number, onProgress: OnProgress): Promise<void> {
  const { stream } = channel;
  let ended = false;
  const end = channel.ended.then(
    () => (ended = true),
    () => (ended = true),
  );
  let sent = offset;
  onProgress(sent);
  for await (const chunk of createReadStream(path, { start: offset, highWaterMark: chunkBytes })) {
    if (ended) return;
    if (!stream.write(chunk)) await Promise.race([end, new Promise((go) => stream.once('drain', go))]);
    sent += chunk.length;
    onProgress(sent);
  }
  if (!ended) stream.end();
}

/** @returns the bytes that the part has in the end */
async function receive(stream: Duplex, part: string, size: number, onProgress: OnProgress): Promise<number> {
  const file = await open(part, 'a', 0o600);
  try {
    let total = Math.min((await stat(part)).size, size);
    await file.truncate(total);
    stream.write(`${total}\n`);
    stream.end();
    onProgress(total);
    for await (const chunk of stream) {
      total += chunk.length;
      if (total > size) throw new Error(`more comes than the ${size} bytes that it has`);
      await file.appendFile(chunk);
      onProgress(total);
    }
    await file.sync();
    return total;
  } catch (cause) {
    throw new TransportError('io', `cannot write ${part}: ${messageOf(cause)}`, { cause });
  } finally {
    await file.close();
  }
}

function fileError(what: string, shell: Shell, code: number | null): TransportError {
  const last = shell.said().trim().split('\n').at(-1) ?? '';
  if (last === '' && code === null) return new TransportError('cut', `cannot ${what}: it ended midway`);
  return new TransportError('io', `cannot ${what}: ${last === '' ? `exit code ${code}` : last}`);
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
