import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/what-happens-when.md'), 'utf8');

/** Lines of its tables, without the heads. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (?:when|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('docs/what-happens-when.md', () => {
  test.each(rows.map(([, when = '', , held = '']) => [when, held]))('%s: a test holds it', (_, held) => {
    const named = held.split('; `').map((one) => one.replaceAll('`', '').split(/: (.*)/s));
    for (const [file = '', title = ''] of named) {
      expect(title, held).not.toBe('');
      const titles = readFileSync(join(root, 'test', `${file}.test.ts`), 'utf8');
      expect(titles.includes(title), `${file} has no test “${title}”`).toBe(true);
    }
  });
});
