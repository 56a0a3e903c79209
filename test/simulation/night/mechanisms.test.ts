import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { patched, sourceOf } from '../../planted-copy.ts';
import { mechanisms } from './mechanisms.ts';

describe('what keeps servers up and nights short', () => {
  it.each(mechanisms.map((mechanism) => [mechanism.what, mechanism] as const))(
    '%s: can be taken out of the sources as they are',
    (_, mechanism) => {
      const text = readFileSync(sourceOf(mechanism), 'utf8');
      expect(patched(text, mechanism)).not.toBe(text);
    },
  );
});
