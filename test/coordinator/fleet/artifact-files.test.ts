import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { writeArtifact } from '../../../src/coordinator/fleet/artifact-files.ts';

describe('P1 an artifact that does not find its place', () => {
  let root: string;
  const write = (path: string) =>
    writeArtifact(join(root, 'artifacts/a-1'), join(root, 'fetching'), path, Buffer.from('weights'));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  });

  it.each(['artifacts', 'fetching'])(
    'is not passed over where a file lies in the place of the folder %s: nothing is acknowledged then',
    (name) => {
      writeFileSync(join(root, name), '');
      expect(() => write('model')).toThrow(/ENOTDIR|EEXIST/);
    },
  );

  it('is passed over where only its own name is in the way', () => {
    mkdirSync(join(root, 'artifacts/a-1/model'), { recursive: true });
    expect(write('model')).toBe(false);
    expect(write('x'.repeat(300))).toBe(false);
    expect(write('deep'.concat('/a'.repeat(100)))).toBe(false);
    expect(write('other')).toBe(true);
    expect(readFileSync(join(root, 'artifacts/a-1/other'), 'utf8')).toBe('weights');
  });
});
