/** `activate` fails at the first of its lines that fails, and at none that people and other people's scripts mean well. */
import type { Login } from '../../../src/worker/supervisor/trial-environment.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noSettings } from '../../../src/model/inventory/inventory.ts';
import type { PreparationResult } from '../../../src/worker/core/preparation.ts';
import { Preparations } from '../../../src/worker/preparation/preparations.ts';
import { ContentKeeper } from '../../../src/worker/spool/content-keeper.ts';
import { openHostFolder } from '../../../src/worker/spool/host-folder.ts';
import { launchOf } from '../real-agent.ts';

const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);
const conda = `source ${fixture('conda-like.sh')}`;
const modules = `. ${fixture('modules-like.sh')}`;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'labsweep-activate-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const inherited = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
const login = (): Login => ({ environment: inherited, umask: 0o022 });

function prepare(activate: string, ofHost: string | null = null): Promise<PreparationResult> {
  const host = openHostFolder(root, 'machine');
  const keeper = new ContentKeeper(host.content, { machine: 'machine', bootId: 'boot' });
  const preparations = new Preparations(host, keeper, login, (text) => text);
  const settings = { ...noSettings, activate: ofHost };
  return preparations.prepare({ spec: launchOf(['true'], { activate }), settings, wheels: null }, () => {});
}

/** What a variable is behind it. */
async function behind(activate: string, variable: string): Promise<string> {
  const result = await prepare(activate);
  if (result.kind !== 'ready') return result.message;
  const [program = '', ...args] = result.prepared.activation;
  const argv = [...args, 'sh', '-c', `printf %s "$${variable}"`];
  return execFileSync(program, argv, { env: inherited, encoding: 'utf8' });
}

const failure = async (activate: string, ofHost: string | null = null): Promise<string | null> => {
  const result = await prepare(activate, ofHost);
  return result.kind === 'failed' ? result.message.replace(/ \(its log there: .*\)$/, '') : null;
};

describe('activate fails, and shows the line and its message', () => {
  it.for<[string, RegExp]>([
    [
      'nosuch activate tf2\nexport A=1',
      /^`activate` fails at line 1 \(nosuch activate tf2\) with exit code 127: nosuch: command not found$/,
    ],
    [
      "\n# the cluster's own\nsource /nosuch/init.sh\ntrue",
      /line 3 \(source \/nosuch\/init\.sh\) with exit code 1: \/nosuch\/init\.sh: No such file or directory$/,
    ],
    [
      `${modules}\nmodule load nosuch\nmodule load cuda/12.3`,
      /line 2 \(module load nosuch\) with exit code 1: ERROR: Unable to locate a modulefile for 'nosuch'$/,
    ],
    [
      `${modules}\nmodule load nosuch && export A=1\nexport B=2`,
      /line 2 \(module load nosuch && export A=1\) with exit code 1: ERROR/,
    ],
    [`${modules}\nml nosuch\ntrue`, /line 2 \(ml nosuch\)/],
    [
      `${conda}\nconda activate tf3\ntrue`,
      /line 2 \(conda activate tf3\) with exit code 1: EnvironmentNameNotFound: Could not find environment: tf3$/,
    ],
    [
      'if true; then\n  nosuch-inner\nfi\ntrue',
      /line 1 \(if true; then\) with exit code 127: nosuch-inner: command not found$/,
    ],
    ['[ -d /nosuch ]\ntrue', /line 1 \(\[ -d \/nosuch \]\) with exit code 1$/],
    ['[ -d / ] && nosuch\ntrue', /line 1 \(\[ -d \/ \] && nosuch\) with exit code 127/],
    ['true | nosuch-reader\ntrue', /line 1 .* 127/],
    ['(exit 7)\ntrue', /line 1 \(\(exit 7\)\) with exit code 7$/],
    [
      'eval "$(nosuch shell hook)"\ntrue',
      /line 1 \(eval "\$\(nosuch shell hook\)"\) with exit code 127: nosuch: command not found$/,
    ],
    ['X=$(nosuch)\ntrue', /line 1 \(X=\$\(nosuch\)\) with exit code 127/],
    ['cat <<END >/dev/null\nfi\nEND\nnosuch\ntrue', /line 4 \(nosuch\)/],
    ['f() {\n  nosuch-in-f\n}\nf\ntrue', /line 4 \(f\) with exit code 127/],
    ['export A=1 \\\n  B=2\ncd /nosuch\ntrue', /line 3 \(cd \/nosuch\)/],
    ['nosuch; [ $? -eq 0 ] || exit 5\ntrue', /exit code 5/],
    ['set -e\nnosuch\ntrue', /^`activate` .*127: nosuch: command not found$/],
    [`echo "it's $0" >/dev/null; [ -n "" ] && export A=1`, /line 1 .* with exit code 1$/],
    ['exit 0\ntrue', /^`activate` ends the shell before the program is started: take `exit` or `exec` out/],
    ['exec true', /^`activate` ends the shell before/],
    [
      'true\nif true; then\n  true',
      /^`activate` cannot be read at line 2: syntax error: unexpected end of file$/,
    ],
    ['true\nfi\ntrue', /^`activate` cannot be read at line 2: syntax error near unexpected token `fi'$/],
    ['true\necho "a', /^`activate` cannot be read at line 2: unexpected EOF while looking for matching `"'$/],
    [
      'cat <<END\na',
      /^`activate` cannot be read at line 1: here-document at line 1 delimited by end-of-file/,
    ],
    ['true \\', /^`activate` cannot be read at line 1: the last line goes on after its end$/],
  ])('%s', async ([lines, words]) => {
    expect(await failure(lines)).toMatch(words);
  });

  it.for([
    ['return 1', 'an explicit return'],
    ['nosuch-inside', 'a last command that fails'],
  ])('a sourced file that ends with %s: %s', async ([end]) => {
    const file = join(root, 'env.sh');
    writeFileSync(file, `export A=1\n${end}\n`);
    expect(await failure(`source ${file}\ntrue`)).toMatch(/line 1 \(source .*env\.sh\)/);
  });

  it('says whose lines they are, and keeps what was printed', async () => {
    const result = await prepare('true', 'echo looking; nosuch-of-host\ntrue');
    expect(result).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/^`activate` of inventory\.json fails at line 1 /),
      logTail: 'looking\nnosuch-of-host: command not found',
    });
  });

  it('a trial’s start too, in its log, where it fails only then', async () => {
    const flag = join(root, 'flag');
    writeFileSync(flag, '');
    const result = await prepare(`cat ${flag}\nexport A=1`);
    const [program = '', ...args] = result.kind === 'ready' ? result.prepared.activation : [];
    rmSync(flag);
    const start = (): string =>
      execFileSync(program, [...args, 'true'], { env: inherited, stdio: 'pipe' }).toString();
    expect(start).toThrow(/labsweep: `activate` fails at line 1 \(cat .*flag\) with exit code 1/);
  });
});

describe('activate goes on where nothing failed', () => {
  it.for<[string, string, string]>([
    [`${conda}\nconda activate tf2\ntrue`, 'LIKE_ENV', 'tf2'],
    [`${modules}\nmodule load cuda/12.3\nexport A=1`, 'LIKE_MODULE', 'cuda/12.3'],
    [`${modules}\nml cuda/11\nexport A=1`, 'LIKE_MODULE', 'cuda/11'],
    [`${modules}\nmodule load nosuch 2>/dev/null || module load cuda/12\ntrue`, 'LIKE_MODULE', 'cuda/12'],
    ['[ -d /nosuch ] && export A=no\n[[ -d /nosuch ]] && export A=no\nexport A=yes', 'A', 'yes'],
    ['command -v nosuch >/dev/null && eval "$(nosuch hook)"\nexport A=yes', 'A', 'yes'],
    ['set -u\nexport A=${A:-yes}', 'A', 'yes'],
    ['nosuch 2>/dev/null || true\nexport A=yes', 'A', 'yes'],
    ['nosuch 2>/dev/null\nif [ $? -ne 0 ]; then\n  export A=yes\nfi', 'A', 'yes'],
    [
      `__setup="$('/nosuch/bin/conda' 'shell.bash' 'hook' 2> /dev/null)"\nif [ $? -eq 0 ]; then\n    eval "$__setup"\nelse\n    if [ -f "/nosuch/conda.sh" ]; then\n        . "/nosuch/conda.sh"\n    else\n        export A="/nosuch/bin:yes"\n    fi\nfi\nunset __setup`,
      'A',
      '/nosuch/bin:yes',
    ],
    ['for each in 1 2; do\n  [ "$each" = 3 ] && false\n  A=$each\ndone\nexport A', 'A', '2'],
    ['read -r A <<END\nit’s "here"\nEND\nexport A', 'A', 'it’s "here"'],
    ['eval "$(echo export A=yes; exit 3)"', 'A', 'yes'],
    [`eval "$(printf "export A='%s'" "$(echo "(yes")")"`, 'A', '(yes'],
    ['f() { nosuch-quiet 2>/dev/null; return 0; }\nf\nexport A=yes', 'A', 'yes'],
    ['f() { export A=yes; [ -n "" ] && echo; }\nf\ntrue', 'A', 'yes'],
    ['trap - DEBUG ERR RETURN\nexport A=yes', 'A', 'yes'],
    ['sleep 0 &\nwait\nexport A=yes', 'A', 'yes'],
    ['shopt -s extglob\ncase ab in !(x)) export A=yes;; esac', 'A', 'yes'],
    ['IFS=,\nset -f\nexport A=yes', 'A', 'yes'],
    ["export A='a\nb'\ntrue # it's", 'A', 'a\nb'],
    ['', 'A', ''],
  ])('%s', async ([lines, variable, value]) => {
    expect(await behind(lines, variable)).toBe(value);
  });

  it('behind a file that ends with a condition, as .bashrc does', async () => {
    const file = join(root, '.bashrc');
    writeFileSync(file, 'export A=yes\n[ -f ~/.nosuch ] && source ~/.nosuch\n');
    expect(await behind(`source ${file}\nexport B=1`, 'A')).toBe('yes');
    // What follows in the list would not run.
    expect(await failure(`source ${file} && export B=1\ntrue`)).toMatch(/line 1/);
  });
});
