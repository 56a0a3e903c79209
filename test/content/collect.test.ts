import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collect } from '../../src/content/collect.ts';
import type { Artifact } from '../../src/model/result/attempt-end.ts';
import { folderOf } from './folders.ts';

const comingBack = (artifacts: readonly Artifact[]): string[] =>
  artifacts.filter(({ comesBack }) => comesBack).map(({ path }) => path);

describe('what an attempt left', () => {
  const files = {
    'model.json': '{}',
    'plots/a.png': 'aaaa',
    'plots/b.png': 'bb',
    'weights.bin': 'x'.repeat(100),
  };

  test('is listed whole; what the patterns name comes back', async () => {
    const collected = await collect(folderOf(files), { fetch: ['plots/', '*.json'], maxBytes: 1_000 });
    expect(collected.artifacts.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ['model.json', 2],
      ['plots/a.png', 4],
      ['plots/b.png', 2],
      ['weights.bin', 100],
    ]);
    expect(collected.artifacts[0]?.sha256).toBe(
      '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
    expect(comingBack(collected.artifacts)).toEqual(['model.json', 'plots/a.png', 'plots/b.png']);
    expect(collected.unlisted).toBeNull();
  });

  test('comes back as far as there is room, and the rest stays', async () => {
    const collected = await collect(folderOf(files), { fetch: ['**'], maxBytes: 5 });
    expect(comingBack(collected.artifacts)).toEqual(['model.json', 'plots/b.png']);
    expect(collected.artifacts).toHaveLength(4);
  });

  test('is nothing where the folder is empty or gone', async () => {
    const nothing = { artifacts: [], unlisted: null };
    expect(await collect(folderOf(), { fetch: ['**'], maxBytes: 5 })).toEqual(nothing);
    expect(await collect(join(folderOf(), 'gone'), { fetch: ['**'], maxBytes: 5 })).toEqual(nothing);
  });

  test('is 20,000 files at most, and those beyond are counted', { timeout: 60_000 }, async () => {
    const folder = folderOf();
    for (let number = 0; number < 20_003; number += 1) writeFileSync(join(folder, `step-${number}`), '');
    const { artifacts, unlisted } = await collect(folder, { fetch: ['**'], maxBytes: 5 });
    expect(comingBack(artifacts)).toHaveLength(20_000);
    expect(unlisted).toEqual([{ why: 'too-many', count: 3, path: 'step-9997' }]);
  });

  test('says how many have names that no message can carry', async () => {
    const folder = folderOf({ a: '' });
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff])]), '');
    expect((await collect(folder, { fetch: ['**'], maxBytes: 5 })).unlisted).toMatchObject([
      { why: 'odd-name', count: 1 },
    ]);
  });

  test('does not reach outside by a link', async () => {
    const folder = folderOf({ a: '' });
    symlinkSync('/etc', join(folder, 'etc'));
    const { artifacts, unlisted } = await collect(folder, { fetch: ['**'], maxBytes: 5 });
    expect(comingBack(artifacts)).toEqual(['a']);
    expect(unlisted).toEqual([{ why: 'link-leaves', count: 1, path: 'etc' }]);
  });
});
