import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callsOf, straceIsHere, temporaryFolder } from './system-calls.ts';

describe.runIf(straceIsHere())(
  'P1 an artifact that is said to have come is on the disk (needs strace)',
  () => {
    it('with the end of its trial, before that is acknowledged', async () => {
      const folder = temporaryFolder();
      const calls = await callsOf(
        `import { storeArtifacts } from 'src/coordinator/artifacts-folder.ts';
       const base64 = Buffer.from('the words').toString('base64');
       storeArtifacts(args[0], 'a-1', [{ path: 'deep/words.txt', base64 }]);
       says('it is kept');`,
        [folder],
      );
      const place = `${folder}/artifacts/a-1/deep`;
      const [written, named] = [calls.first('write', 'the words'), calls.renamedTo(`${place}/words.txt`)];
      expect(calls.isSynced(/\/fetching\/[0-9a-f]{16}$/, { after: written, before: named })).toBe(true);
      expect(calls.isSynced(place, { after: named, before: calls.said('it is kept') })).toBe(true);
    });

    it('after it, before that becomes an event', async () => {
      const folder = temporaryFolder();
      const sha256 = createHash('sha256').update('the weights').digest('hex');
      const calls = await callsOf(
        `import { ArtifactFetcher } from 'src/coordinator/fleet/artifact-fetcher.ts';
       import { FileReader } from 'src/coordinator/fleet/file-reader.ts';
       const base64 = Buffer.from('the weights').toString('base64');
       const reader = new FileReader(({ of, path, offset }) => queueMicrotask(() =>
         reader.answered({ kind: 'file', of, path, offset, base64, complete: true, problem: null })));
       const fetcher = new ArtifactFetcher(reader, () => args[0], args[0] + '/fetching', (attempt, path, { kind }) => says(kind));
       fetcher.fetch('a-1', [{ path: 'weights.bin', sizeBytes: 11, sha256: args[1], comesBack: true }]);`,
        [folder, sha256],
      );
      const path = `${folder}/weights.bin`;
      const [written, named] = [calls.first('write', 'the weights'), calls.renamedTo(path)];
      expect(calls.isSynced(/\/fetching\/[0-9a-f]{16}$/, { after: written, before: named })).toBe(true);
      expect(calls.isSynced(folder, { after: named, before: calls.said('fetched') })).toBe(true);
    });
  },
);
