import { execFile } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { PlantedCopy } from '../planted-copy.ts';
import { defects } from './defects.ts';

const copy = new PlantedCopy();
afterAll(() => copy.remove());

const simulated = (): Promise<{ code: number | string; said: string }> =>
  new Promise((resolve) => {
    const args = ['test/simulation/main.ts', '--seeds', '1500', '--first'];
    execFile(process.execPath, args, { cwd: copy.folder }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, said: stdout + stderr }),
    );
  });

describe('the simulation sees that', () => {
  it.each(defects.map((defect) => [defect.what, defect] as const))(
    '%s',
    { timeout: 120_000 },
    async (_, defect) => {
      const takeOut = copy.plant(defect);
      const { code, said } = await simulated().finally(takeOut);
      expect(code, said).toBe(1);
      expect(said).toMatch(defect.seenAs);
    },
  );
});
