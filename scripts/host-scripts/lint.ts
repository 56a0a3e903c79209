/** What linters find in the scripts for hosts. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isScript, scriptsUsed } from './script-calls.ts';

interface Linter {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly files: readonly string[];
  /** Which of its findings count. */
  readonly counts: RegExp;
}

const shellcheck = ['--external-sources', '--source-path=SCRIPTDIR', '--format=gcc'];

function lintersFor(sources: string): Linter[] {
  const { wholes, parts } = scriptsIn(sources);
  const ending = (end: string, files = wholes): string[] => files.filter((file) => file.endsWith(end));
  const grammar = join(import.meta.dirname, 'old-grammar.py');
  // Parts are looked at in the whole that is sent, where their functions and variables are; in there, shellcheck keeps
  // what it has to say of their grammar (SC1…) to itself.
  const whole = [...shellcheck, '--check-sourced'];
  return [
    { program: 'shellcheck', arguments: [...whole, '--shell=sh'], files: ending('.sh'), counts: /./ },
    { program: 'shellcheck', arguments: [...shellcheck, '--shell=sh'], files: parts, counts: /\[SC1\d+\]$/ },
    { program: 'shellcheck', arguments: [...whole, '--shell=bash'], files: ending('.bash'), counts: /./ },
    { program: 'python3', arguments: [grammar], files: ending('.py'), counts: /./ },
  ];
}

export interface Lint {
  /** `FILE:LINE:COLUMN: …`, a line each. */
  readonly findings: readonly string[];
  /** Programs that are not installed. */
  readonly missing: readonly string[];
}

/** @param path where programs are looked for */
export function lintScripts(sources: string, path = process.env['PATH']): Lint {
  const findings = new Set<string>(); // a part of two wholes is looked at twice
  const missing = new Set<string>();
  for (const { program, arguments: flags, files, counts } of lintersFor(sources)) {
    if (files.length === 0) continue;
    const { error, status, stdout, stderr } = spawnSync(program, [...flags, ...files], {
      cwd: sources,
      encoding: 'utf8',
      // shellcheck reads no … in the C locale.
      env: { PATH: path, LC_ALL: 'C.UTF-8' },
    });
    if (error !== undefined) {
      missing.add(program);
      continue;
    }
    if (status !== 0 && (status !== 1 || stdout === ''))
      throw new Error(`${program} cannot look at scripts (exit code ${status}): ${stderr}`);
    for (const line of stdout.split('\n')) if (counts.test(line)) findings.add(line);
  }
  return { findings: [...findings], missing: [...missing] };
}

/** Parts are what other scripts take in. */
function scriptsIn(sources: string): Readonly<Record<'wholes' | 'parts', string[]>> {
  const scripts = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter(isScript).sort();
  const taken = new Set(
    scripts.flatMap((file) =>
      scriptsUsed(file, readFileSync(join(sources, file), 'utf8')).map(({ name }) =>
        join(dirname(file), name ?? ''),
      ),
    ),
  );
  return {
    wholes: scripts.filter((file) => !taken.has(file)),
    parts: scripts.filter((file) => taken.has(file)),
  };
}
