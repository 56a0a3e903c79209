import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rooms } from '../../scripts/arrows/rooms.ts';

const text = readFileSync('ARCHITECTURE.md', 'utf8');
const named = [...text.matchAll(/\| `([\w./-]+\.(?:ts|sh))` \| `(\w+)` \|/g)].map(
  ([, file = '', name = '']) => ({
    file,
    name,
  }),
);

describe('ARCHITECTURE.md', () => {
  it.each(named)('names $name, which is in $file', ({ file, name }) => {
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toMatch(
      new RegExp(`\\b(function\\*?|const|class) ${name}\\b|^${name}\\(\\) \\{`, 'm'),
    );
  });

  it('answers what a newcomer asks', () => {
    expect(named.length).toBeGreaterThan(15);
    for (const question of [
      'grid expanded',
      'device and a moment',
      'result accepted',
      'on the wire',
      'follows a crash',
    ])
      expect(text).toContain(question);
  });

  it('has a row for each room', () => {
    for (const room of Object.keys(rooms).filter((name) => !name.includes('/') && name !== 'index.ts'))
      expect(text).toContain(`\`${room}\``);
  });
});
