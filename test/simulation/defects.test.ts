import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Defect, defects } from './defects.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'labsweep-defects-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const part of [
  'src',
  'test/simulation',
  'test/coordinator',
  'test/plain-gpu.ts',
  'test/plain-host.ts',
  'test/plain-launch.ts',
])
  cpSync(join(root, part), join(folder, part), { recursive: true });
cpSync(join(root, 'package.json'), join(folder, 'package.json'));
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

/** Puts a defect into the copy of the sources. @returns what takes it out again */
function plant({ file, find, put }: Defect): () => void {
  const path = join(folder, 'src', file);
  const text = readFileSync(path, 'utf8');
  expect(text.split(find).length - 1, `${find} in ${file}`).toBe(1);
  writeFileSync(path, text.replace(find, put));
  return () => writeFileSync(path, text);
}

const simulated = (): Promise<{ code: number | string; said: string }> =>
  new Promise((resolve) => {
    const args = ['test/simulation/main.ts', '--seeds', '1500', '--first'];
    execFile(process.execPath, args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    );
  });

describe('the simulation sees that', () => {
  it.each(defects.map((defect) => [defect.what, defect] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, defect) => {
      const takeOut = plant(defect);
      const { code, said } = await simulated().finally(takeOut);
      expect(code, said).toBe(1);
      expect(said).toMatch(defect.seenAs);
    },
  );
});
