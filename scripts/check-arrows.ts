/** Holds the arrows between the rooms of src/, and the purity of those that are pure (ARCHITECTURE.md). */
import { join } from 'node:path';
import { checkArrows } from './arrows/check.ts';

const sources = process.argv[2] ?? join(import.meta.dirname, '..', 'src');
const violations = checkArrows(sources);
for (const { file, line, column, message } of violations)
  console.error(`${join('src', file)}:${line}:${column}  ${message}`);
if (violations.length > 0) process.exitCode = 1;
