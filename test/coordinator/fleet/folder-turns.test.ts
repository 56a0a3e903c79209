import { describe, expect, it } from 'vitest';
import { folderTurns } from '../../../src/coordinator/fleet/folder-turns.ts';

describe('work on a shared folder', () => {
  it('is done by one after the other, and each is told whether it had to wait', async () => {
    const told: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = folderTurns.take('home', async (waited) => {
      told.push(`first ${waited}`);
      await gate.promise;
      told.push('first done');
    });
    const second = folderTurns.take('home', async (waited) => void told.push(`second ${waited}`));
    await folderTurns.take('elsewhere', async (waited) => void told.push(`elsewhere ${waited}`));
    gate.resolve();
    await Promise.all([first, second]);
    expect(told).toEqual(['first false', 'elsewhere false', 'first done', 'second true']);
  });

  it('goes on after one that failed', async () => {
    const failed = folderTurns.take('home', () => Promise.reject(new Error('disk full')));
    const next = folderTurns.take('home', async () => 'done');
    await expect(failed).rejects.toThrow('disk full');
    expect(await next).toBe('done');
  });
});
