/** A copy of the tree in which mutants live, one after the other, and the tests that are to notice them are run. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlantedCopy } from '../planted-copy.ts';
import type { Mutant, Selection } from './mutant.ts';
import { type Verdict, verdictOf } from './verdict.ts';

const run = promisify(execFile);
/** A mutant that hangs a run for longer than its tests may take is told by none of them. */
const patienceMs = 600_000;

export class Laboratory {
  readonly #copy = new PlantedCopy();

  async judge(mutant: Mutant): Promise<Verdict> {
    const takeOut = this.#copy.plant(mutant);
    try {
      return await this.test(mutant);
    } finally {
      takeOut();
    }
  }

  /** What tests say of the tree as it is now. */
  async test({ tests, titled }: Selection): Promise<Verdict> {
    if (tests.some((name) => name.startsWith('e2e/'))) await this.#node('scripts/build.ts');
    const report = join(this.#copy.folder, 'report.json');
    rmSync(report, { force: true });
    const args = [
      '--reporter=json',
      `--outputFile=${report}`,
      '--bail=1',
      // Two copies at once take longer to make what a test needs.
      '--hookTimeout=60000',
      ...(titled === undefined ? [] : [`--testNamePattern=${titled}`]),
      ...tests.map((name) => `test/${name}.test.ts`),
    ];
    // Its exit code says less than its report does.
    const said = await this.#node('node_modules/vitest/vitest.mjs', 'run', ...args)
      .then(({ stderr }) => stderr)
      .catch(String);
    try {
      return verdictOf(readFileSync(report, 'utf8'));
    } catch {
      return { kind: 'broken', because: `vitest wrote no report: ${said}` };
    }
  }

  close(): void {
    this.#copy.remove();
  }

  #node(...args: readonly string[]): Promise<{ stderr: string }> {
    return run(process.execPath, args, { cwd: this.#copy.folder, timeout: patienceMs });
  }
}
