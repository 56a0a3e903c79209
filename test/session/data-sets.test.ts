import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importData } from '../../src/session/content/data-sets.ts';
import { temporaryFolder, tone, writeFolder } from '../programs/cnn1d/dataset/speech-folder.ts';

it('an import that is interrupted between two clips leaves nothing, and says so', async () => {
  const folder = await temporaryFolder();
  const files = { 'low/a_nohash_0.wav': tone(150), 'high/b_nohash_0.wav': tone(900) };
  const source = await writeFolder(join(folder, 'speech'), files);
  const ending = new AbortController();
  const state = join(folder, 'state');
  const imported = importData(state, 'speech', source, () => ending.abort(), ending.signal);
  await expect(imported).rejects.toMatchObject({
    message: 'Interrupted; nothing of it is left.',
    kind: 'interrupted',
  });
  expect(existsSync(state)).toBe(false);
});
