import { describe, expect, test } from 'vitest';
import { emptyFolder, read } from './reading.ts';

describe('--help of a reading verb', () => {
  test.each(['status', 'why', 'list', 'show', 'logs', 'leaderboard', 'ledger'])(
    '%s says what it does and ends with an example',
    async (verb) => {
      const { out, code } = await read(verb, emptyFolder(), '--help');
      expect(out).toContain(`labsweep ${verb}`);
      expect(out.trimEnd().split('\n').at(-1)).toMatch(new RegExp(`^  labsweep ${verb}`));
      expect(code).toBe(0);
    },
  );
});
