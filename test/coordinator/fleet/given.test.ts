import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { given } from '../../../src/coordinator/fleet/given.ts';

const heard = (value: string): string =>
  spawnSync('sh', {
    input: given({ first: value, second: '' }, 'printf "%s,%s" "$first" "$second"\n'),
  }).stdout.toString();

describe('P9 what a script is given', () => {
  it.each([
    'a plain word',
    '  blanks, and a tab\t at the end \t',
    '$(echo run) `echo run` $HOME ${HOME} \'"\\n \\',
    'EOF; exit 3 # größer',
    '',
  ])('arrives as it is: %j', (value) => {
    expect(heard(value)).toBe(`${value},`);
  });

  it.each(['two\nlines', 'labsweep-end\nexit', 'a\0b'])('is one line: %j is refused', (value) => {
    expect(() => given({ folder: value }, 'true\n')).toThrow(
      expect.objectContaining({
        kind: 'command',
        message: expect.stringContaining('has a line break in it'),
      }),
    );
  });
});
