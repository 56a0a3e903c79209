/** A script for hosts lies beside the module that sends it: who reads the one has the other before their eyes. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isScript, scriptsUsed } from '../host-scripts/script-calls.ts';
import type { Violation } from './check.ts';
import { placeIn } from './read-module.ts';

/** The one module that says how scripts are read. */
const reader = 'script-text.ts';

export function checkScripts(sources: string): Violation[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).sort();
  const scripts = new Set(files.filter(isScript));
  const uses = files
    .filter((file) => isScript(file) || (file.endsWith('.ts') && file !== reader))
    .flatMap((file) => {
      const text = readFileSync(join(sources, file), 'utf8');
      return scriptsUsed(file, text).map(({ name, offset }) => ({ file, name, ...placeIn(text, offset) }));
    });
  const beside = ({ file, name }: { file: string; name: string | null }): string =>
    name === null || name.includes('/') ? '' : join(dirname(file), name);
  const used = new Set(uses.map(beside));
  return [
    ...uses
      .filter((use) => !scripts.has(beside(use)))
      .map(({ file, line, column, name }) => ({ file, line, column, message: noScript(name) })),
    ...[...scripts]
      .filter((script) => !used.has(script))
      .map((file) => ({ file, line: 1, column: 1, message: 'no module beside it sends it' })),
  ];
}

const noScript = (name: string | null): string =>
  name === null
    ? "is written in a way that the build does not see; write scriptText('NAME', import.meta.url), or . ./NAME in a script"
    : `no script ${name} lies beside it`;
