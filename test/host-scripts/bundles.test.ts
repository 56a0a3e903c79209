/** What is shipped has the scripts for hosts inside, as the sources have them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { isScript, scriptsUsed } from '../../scripts/host-scripts/script-calls.ts';
import { scriptText } from '../../src/script-text.ts';

const root = join(import.meta.dirname, '../..');
const built = (pattern: RegExp): string[] =>
  readdirSync(join(root, 'dist'))
    .filter((file) => pattern.test(file))
    .map((file) => join(root, 'dist', file));

/** Scripts that modules of a room send, by what hosts get of them. */
function sentBy(room: string): (readonly [string, string])[] {
  const folder = join(root, 'src', room);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const module = join(folder, file);
      return scriptsUsed(module, readFileSync(module, 'utf8')).map(
        ({ name }) => [name ?? '', scriptText(name ?? '', pathToFileURL(module))] as const,
      );
    });
}

/** Every text that stands in a bundle, as it is when the bundle runs. */
function textsIn(file: string): readonly string[] {
  const texts: string[] = [];
  new Visitor({
    Literal: ({ value }) => void (typeof value === 'string' && texts.push(value)),
    TemplateElement: ({ value }) => void texts.push(value.cooked ?? ''),
  }).visit(parseSync(file, readFileSync(file, 'utf8')).program);
  return texts;
}

describe.each([
  { what: 'the agent', bundles: built(/^agent\.mjs$/), room: 'worker', count: 5 },
  { what: 'the command and the library', bundles: built(/\.js$/), room: 'coordinator', count: 5 },
])('$what', ({ bundles, room, count }) => {
  it('has every script that it sends, byte for byte', () => {
    const texts = bundles.flatMap(textsIn).join('\n');
    const sent = sentBy(room);
    expect(sent.length).toBe(count);
    expect(sent.filter(([, text]) => !texts.includes(text)).map(([name]) => name)).toEqual([]);
  });

  it('reads none from a file', () => {
    for (const bundle of bundles) expect(readFileSync(bundle, 'utf8')).not.toContain('scriptText');
  });
});

it('no script is shipped as a file', () => {
  expect(readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(isScript)).toEqual([]);
});
