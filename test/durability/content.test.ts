import { describe, expect, it } from 'vitest';
import { manifestHash } from '../../src/content/manifest.ts';
import { folderOf, manifestOf } from '../content/folders.ts';
import { callsOf, straceIsHere } from './system-calls.ts';

const files = { 'train.py': 'one', 'pkg/net.py': 'two', 'pkg/deep/a.py': 'three' };
const folders = ['pkg', 'pkg/deep'];
const below = (path: string): RegExp => new RegExp(`/tmp\\.[^/]+/${path}$`);

describe.runIf(straceIsHere())('P1 content that is said to be stored is on the disk (needs strace)', () => {
  it('each file and folder before the name, the name before its `.ready`, and that before anybody is told', async () => {
    const [program, store] = [folderOf(files), folderOf()];
    const manifest = await manifestOf(program);
    const hash = manifestHash(manifest);
    const calls = await callsOf(
      `import { snapshot } from 'src/content/snapshot.ts';
       import { readManifest } from 'src/content/read-manifest.ts';
       const [program, store] = args;
       const { manifest } = await readManifest(program, { ignore: 'usual' });
       await snapshot(program, manifest, store);
       says('it is stored');`,
      [program, store],
    );
    const named = calls.renamedTo(`${store}/${hash}`);
    const ready = calls.renamedTo(`${store}/${hash}.ready`);
    expect(ready).toBeGreaterThan(named);
    for (const path of [...Object.keys(files), ...folders])
      expect(calls.isSynced(below(path), { before: named }), path).toBe(true);
    expect(calls.isSynced(/\/tmp\.[^/]+\.[0-9a-f]{12}$/, { before: named }), 'the folder').toBe(true);
    expect(calls.isSynced(store, { after: named, before: ready }), 'its name').toBe(true);
    expect(calls.isSynced(/\.ready$/, { after: named, before: ready }), 'its manifest').toBe(true);
    expect(calls.isSynced(store, { after: ready, before: calls.said('it is stored') })).toBe(true);
  });

  it('and so is a checkpoint that was carried to this host', async () => {
    const [checkpoint, host] = [folderOf(files), folderOf()];
    const calls = await callsOf(
      `import { createReadStream } from 'node:fs';
       import { packKept } from 'src/content/pack.ts';
       import { keptHash, readKept } from 'src/content/kept-folder.ts';
       import { openHostFolder } from 'src/worker/spool/host-folder.ts';
       import { unpackCheckpoint } from 'src/worker/spool/checkpoint.ts';
       const [checkpoint, folder] = args;
       const { kept } = await readKept(checkpoint, { most: 100, bytes: 1e6 });
       await packKept(kept, (path) => createReadStream(checkpoint + '/' + path), folder + '/pack');
       const host = openHostFolder(folder, 'cedar');
       const problem = await unpackCheckpoint(host, 'trial', keptHash(kept), folder + '/pack');
       says(problem ?? 'it is here');`,
      [checkpoint, host],
    );
    const before = calls.said('it is here');
    const draft = `${host}/host/cedar/restored/trial`;
    for (const path of [draft, ...[...Object.keys(files), ...folders].map((name) => `${draft}/${name}`)])
      expect(calls.isSynced(path, { before }), path).toBe(true);
  });
});
