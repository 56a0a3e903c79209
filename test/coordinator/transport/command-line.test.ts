import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../src/coordinator/transport/command-line.ts';

describe('P9 a command line on a host', () => {
  it('is made of words that mean themselves in every shell', () => {
    expect(commandLine(['sh'])).toBe('sh');
    expect(commandLine(['/home/mina/.labsweep/node', 'agent_1.mjs', '--idle-ms'])).toBe(
      '/home/mina/.labsweep/node agent_1.mjs --idle-ms',
    );
  });

  it.each([
    'a b',
    '$(reboot)',
    '`reboot`',
    'a;b',
    'a&b',
    'a|b',
    '*',
    '~',
    '>x',
    "'",
    '"',
    'a\\b',
    'a\nb',
    'é',
    '',
  ])('has no word like %j in it', (word) => {
    expect(() => commandLine(['sh', word])).toThrow(/cannot be in a command line/);
  });

  it('is not empty', () => {
    expect(() => commandLine([])).toThrow(/cannot be in a command line/);
  });
});
