import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inlineFiles, listArtifacts, verifyArtifacts } from '../../../src/worker/spool/artifacts.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'labsweep-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const listed = async () =>
  (await listArtifacts(folder, { fetch: ['**'], maxBytes: 10_000_000 }, (path) => path)).artifacts;

describe('P1 what a seal says of artifacts', () => {
  it('holds as long as none of them has changed', async () => {
    for (const name of ['model.json', 'weights.bin']) put(name, 'words');
    const artifacts = await listed();
    expect(await verifyArtifacts(folder, artifacts)).toBe(true);
    put('weights.bin', 'Words');
    expect(await verifyArtifacts(folder, artifacts)).toBe(false);
    put('weights.bin', 'words');
    expect(await verifyArtifacts(folder, artifacts)).toBe(true);
    appendFileSync(join(folder, 'weights.bin'), '.');
    expect(await verifyArtifacts(folder, artifacts)).toBe(false);
    rmSync(join(folder, 'weights.bin'));
    expect(await verifyArtifacts(folder, artifacts)).toBe(false);
  });
});

describe('artifacts that travel with an end', () => {
  it('are the small ones that the sweep asks for, up to 1 MB together', async () => {
    put('a.json', 'words');
    put('b.bin', 'x'.repeat(1024 ** 2));
    put('c.json', 'more words');
    const files = inlineFiles(folder, await listed());
    expect(files.map(({ path }) => path)).toEqual(['a.json', 'c.json']);
    expect(files[0]?.base64).toBe(Buffer.from('words').toString('base64'));
  });
});
