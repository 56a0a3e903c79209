/**
 * `npm run check:scripts`: what linters find in the scripts for hosts. A linter that is not installed is named, and skipped
 * unless LABSWEEP_SCRIPTS=required says that it must be there.
 */
import { join } from 'node:path';
import { lintScripts } from './host-scripts/lint.ts';

const sources = process.argv[2] ?? join(import.meta.dirname, '..', 'src');
const { findings, missing } = lintScripts(sources);
for (const finding of findings) console.error(join('src', finding));
if (findings.length > 0) process.exitCode = 1;
if (missing.length > 0) {
  const what = `not installed: ${missing.join(', ')} (Debian's packages of that name)`;
  const isRequired = process.env['LABSWEEP_SCRIPTS'] === 'required';
  console.error(
    isRequired
      ? `LABSWEEP_SCRIPTS=required, but ${what}`
      : `scripts for hosts are not all looked at: ${what}`,
  );
  if (isRequired) process.exitCode = 1;
}
