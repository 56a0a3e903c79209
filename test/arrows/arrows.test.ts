import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkArrows } from '../../scripts/arrows/check.ts';

const root = join(import.meta.dirname, '../..');

/** Sources with these files in them, gone when the test is over. */
function sourcesOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'labsweep-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const broken = (files: Readonly<Record<string, string>>): string[] =>
  checkArrows(sourcesOf(files)).map(({ file, line, message }) => `${file}:${line} ${message}`);

test('the sources keep to the arrows', () => {
  expect(checkArrows(join(root, 'src'))).toEqual([]);
});

describe('an import against the arrows is found', () => {
  test.each([
    ['worker/agent.ts', '../coordinator/loop.ts'],
    ['coordinator/loop.ts', '../worker/agent.ts'],
    ['coordinator/hosts/state.ts', '../../ledger/store/writer.ts'],
    ['worker/agent.ts', '../ledger/fold.ts'],
    ['board/page.ts', '../ledger/store/reader.ts'],
    ['results/best.ts', '../coordinator/loop.ts'],
    ['programs/cnn1d/train.ts', '../../worker/agent.ts'],
    ['programs/cnn1d/train.ts', '../../protocol/framing.ts'],
    ['model/ids.ts', '../protocol/messages.ts'],
    ['board/page.ts', '../cli/main.ts'],
    ['index.ts', './cli/main.ts'],
    ['coordinator/loop.ts', '../cli/main.ts'],
  ])('from %s to %s', (file, specifier) => {
    expect(broken({ [file]: `import { x } from '${specifier}';` })).toEqual([
      expect.stringMatching(new RegExp(`^${file}:1 .* may not import `)),
    ]);
  });

  test('in whichever way it is written', () => {
    const worker =
      "const a = 1;\nexport { x } from '../coordinator/loop.ts';\nimport type { Y } from '../cli/main.ts';\n";
    expect(broken({ 'worker/a.ts': `${worker}export const z = () => import('../board/page.ts');` })).toEqual([
      expect.stringMatching(/^worker\/a\.ts:3 worker may not import cli/),
      expect.stringMatching(/^worker\/a\.ts:2 worker may not import coordinator/),
      expect.stringMatching(/^worker\/a\.ts:4 worker may not import board/),
    ]);
  });

  test('also where the folder is nobody’s room', () => {
    expect(broken({ 'utils/text.ts': 'export const x = 1;' })).toEqual([
      expect.stringContaining('is in no room'),
    ]);
    expect(broken({ 'model/a.ts': "import { x } from '../../bench/run.ts';" })).toEqual([
      expect.stringContaining('is in no room'),
    ]);
  });

  test('and one along them is none', () => {
    expect(
      broken({
        'cli/main.ts':
          "import { a } from '../coordinator/loop.ts'; import { b } from '../ledger/store/reader.ts';",
        'coordinator/loop.ts':
          "import { c } from './core/state.ts'; import type { d } from '../ledger/store/writer.ts';",
        'worker/core/state.ts': "import { e } from '../../throttle/rules.ts';",
      }),
    ).toEqual([]);
  });
});

describe('a pure file that touches the machine is found', () => {
  test.each([
    ['a clock', 'export const a = Date.now();', 'Date'],
    ['a new date', 'export const a = new Date();', 'Date'],
    ['a timer', 'setTimeout(() => {}, 1);', 'setTimeout'],
    ['chance', 'export const a = Math.random();', 'Math.random'],
    ['chance by another name', "export const a = Math['random']();", 'Math.random'],
    ['the process', 'export const a = process.env;', 'process'],
    ['Node', "import { readFileSync } from 'node:fs';", 'node:fs'],
    ['Node by its old name', "import { readFileSync } from 'fs';", 'fs'],
    ['a package that is not on the list', "import { execa } from 'execa';", 'execa'],
  ])('%s', (_, text, name) => {
    for (const room of ['model', 'throttle', 'ledger', 'coordinator/core', 'worker/core', 'results'])
      expect(broken({ [`${room}/a.ts`]: text })).toEqual([
        expect.stringContaining(`${room}/a.ts:1 ${name} in a pure file`),
      ]);
  });

  test('a program’s description, with the files that it is made of', () => {
    const clock = 'export const a = Date.now();';
    const found = broken({
      'programs/x/description.ts': "import { a } from './cost.ts';",
      'programs/x/cost.ts': clock,
      'programs/x/train.ts': clock,
    });
    expect(found).toEqual([expect.stringMatching(/^programs\/x\/cost\.ts:1 Date in a pure file/)]);
  });

  test('an import of the one file of a pure room that is not', () => {
    const socketFolder = "import { mkdirSync } from 'node:fs';";
    expect(
      broken({
        'protocol/socket-folder.ts': socketFolder,
        'protocol/messages.ts': "import { a } from './socket-folder.ts';",
        'worker/core/a.ts': "import { a } from '../../protocol/socket-folder.ts';",
        'worker/agent.ts': "import { a } from '../protocol/socket-folder.ts';",
      }),
    ).toEqual([
      expect.stringMatching(/^protocol\/messages\.ts:1 a pure file may not import/),
      expect.stringMatching(/^worker\/core\/a\.ts:1 a pure file may not import/),
    ]);
  });

  test('words, types, and names of its own are no such thing', () => {
    const text = `
      import { z } from 'zod';
      export interface Event { readonly Date: string; readonly at: Date }
      export const event = { setTimeout: 1, process: z.string() };
      export const kill = (process: { pid: number }) => process.pid + event.setTimeout;
      export const text = 'Date.now()'; // Math.random()
    `;
    expect(broken({ 'model/a.ts': text })).toEqual([]);
  });
});

test('the command prints file, line and rule, and fails', () => {
  const sources = sourcesOf({ 'model/a.ts': '\n\n  export const a = Date.now();' });
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/check-arrows.ts'), sources], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('src/model/a.ts:3:20  Date in a pure file; take `now` as an argument\n');
  expect(status).toBe(1);
});

describe('a script for hosts', () => {
  const module = "import { scriptText } from '../script-text.ts';\n";
  const sends = `${module}export const look = scriptText('look.sh', import.meta.url);`;

  test('lies beside the module that sends it, or the script that takes it in', () => {
    expect(
      broken({
        'worker/look.ts': sends,
        'worker/look.sh': 'true\n. ./part.sh\n',
        'worker/part.sh': 'true\n',
      }),
    ).toEqual([]);
  });

  test('is missed where it is not there', () => {
    expect(broken({ 'worker/look.ts': sends, 'worker/a/look.sh': 'true\n' })).toEqual([
      'worker/look.ts:2 no script look.sh lies beside it',
      'worker/a/look.sh:1 no module beside it sends it',
    ]);
    expect(broken({ 'worker/look.ts': sends, 'worker/look.sh': 'true\n. ./part.sh\n' })).toEqual([
      'worker/look.sh:2 no script part.sh lies beside it',
    ]);
  });

  test('is not one of another room', () => {
    const other = sends.replace('look.sh', '../coordinator/look.sh');
    const mine =
      "import { scriptText } from '../script-text.ts';\nexport const x = scriptText('look.sh', import.meta.url);";
    expect(
      broken({ 'worker/look.ts': other, 'coordinator/look.ts': mine, 'coordinator/look.sh': 'true\n' }),
    ).toEqual(['worker/look.ts:2 no script ../coordinator/look.sh lies beside it']);
  });

  test.each([
    ['worker/look.ts', `${module}export const look = (name: string) => scriptText(name, import.meta.url);`],
    ['worker/look.ts', `${module}export const look = scriptText("look.sh", import.meta.url);`],
    ['worker/look.ts', `${module}export const look = scriptText('look.sh', 'file:///tmp/');`],
    ['worker/look.sh', 'true\n. /etc/profile\n'],
    ['worker/look.sh', 'true\nif true; then\n  . ./look.sh\nfi\n'],
  ])('is asked for in the words that the build sees (%s: %s)', (file, text) => {
    expect(broken({ [file]: text })).toContainEqual(
      expect.stringMatching(/^worker\/look\.\w+:[23] .* build does not see/),
    );
  });

  test('is sent by no pure file', () => {
    const pure =
      "import { scriptText } from '../script-text.ts';\nexport const x = scriptText('look.sh', import.meta.url);";
    expect(broken({ 'model/look.ts': pure, 'model/look.sh': 'true\n' })).toContainEqual(
      expect.stringMatching(/^model\/look\.ts:1 model may not import script-text/),
    );
  });
});
