import { createHash } from 'node:crypto';
import type { HostSaid } from '../../protocol/messages.ts';

type Ended = Extract<HostSaid, { kind: 'ended' }>;

/** The files that came with an end, as far as each is what the end says of it; the others are asked for one by one. */
export function intactFiles({ end, files }: Ended): Ended['files'] {
  if (files.length === 0) return files;
  const listed = new Map(end.artifacts.map((artifact) => [artifact.path, artifact]));
  return files.filter(({ path, base64 }) => {
    const artifact = listed.get(path);
    const bytes = Buffer.from(base64, 'base64');
    return artifact?.sizeBytes === bytes.length && artifact.sha256 === hashOf(bytes);
  });
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
