/** A host that says it has an artifact, and what this machine makes of what then comes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtifactFetcher, type Fetched } from '../../../src/coordinator/fleet/artifact-fetcher.ts';
import { FileReader } from '../../../src/coordinator/fleet/file-reader.ts';
import type { Artifact } from '../../../src/model/result/attempt-end.ts';
import { attemptId } from '../../../src/model/ids.ts';
import { type FromAgent, fromAgentSchema, type ToAgent } from '../../../src/protocol/messages.ts';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-artifacts-'));
  folder = join(root, 'artifacts', 'a-1');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const artifact = (path: string, text = 'weights'): Artifact => ({
  path,
  sizeBytes: text.length,
  sha256: createHash('sha256').update(text).digest('hex'),
  comesBack: true,
});

type Chunk = Extract<FromAgent, { kind: 'file' }>;
const chunk = (
  asked: Extract<ToAgent, { kind: 'read-file' }>,
  text: string,
  more: Partial<Chunk> = {},
): Chunk => ({
  kind: 'file',
  of: asked.of,
  path: asked.path,
  offset: asked.offset,
  base64: Buffer.from(text).toString('base64'),
  complete: true,
  problem: null,
  ...more,
});

/** What becomes of an artifact of a host that answers so. */
function fetchedFrom(
  answer: (asked: Extract<ToAgent, { kind: 'read-file' }>) => Chunk,
  wanted: Artifact,
): Promise<Fetched> {
  return new Promise((resolve) => {
    const reader: FileReader = new FileReader((asked) => {
      if (asked.kind !== 'read-file') return;
      queueMicrotask(() => {
        const said = fromAgentSchema.parse(answer(asked));
        if (said.kind === 'file') reader.answered(said);
      });
    });
    const fetcher = new ArtifactFetcher(
      reader,
      () => folder,
      join(root, 'parts'),
      (_, __, fetched) => resolve(fetched),
    );
    fetcher.fetch(attemptId('a-1'), [wanted]);
  });
}

describe('P1 an artifact that is fetched', () => {
  it('is there under its name, chunk by chunk', async () => {
    const text = 'weights';
    const fetched = await fetchedFrom(
      (asked) =>
        chunk(asked, text.slice(asked.offset, asked.offset + 3), { complete: asked.offset + 3 >= 7 }),
      artifact('deep/model.bin'),
    );
    expect(fetched).toEqual({ kind: 'fetched' });
    expect(readFileSync(join(folder, 'deep/model.bin'), 'utf8')).toBe(text);
    expect(readdirSync(join(folder, 'deep'))).toEqual(['model.bin']);
  });

  it('is not what its trial left where one byte of it is another', async () => {
    const fetched = await fetchedFrom((asked) => chunk(asked, 'Weights'), artifact('model.bin'));
    expect(fetched).toEqual({ kind: 'gone', because: 'it changed after the trial had ended' });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused once it is longer than it was said to be: a disk is not filled by a host', async () => {
    let asked = 0;
    const endless = fetchedFrom((question) => {
      asked += 1;
      return chunk(question, 'x'.repeat(100), { complete: asked === 50 });
    }, artifact('model.bin'));
    expect(await endless).toMatchObject({ kind: 'gone', because: expect.stringContaining('7 bytes') });
    expect(asked).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('P9 an artifact whose path leaves its folder', () => {
  it.each(['../victim', '../../victim', 'deep/../../victim', '/victim', '..', ''])(
    'is not asked for, and nothing is written: %j',
    async (path) => {
      const victim = path.startsWith('/') ? join(root, 'victim') : join(folder, path);
      const inside = path.startsWith('/') ? victim : path;
      const fetched = await fetchedFrom((asked) => chunk(asked, 'weights'), artifact(inside));
      expect(fetched.kind).toBe('gone');
      for (const place of ['victim', 'artifacts/victim']) expect(existsSync(join(root, place))).toBe(false);
    },
  );
});
