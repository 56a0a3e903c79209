/** Writes test/fixtures/kept/recorded.json anew. What stands there is a promise: only new files may be added to it. */
import { writeFileSync } from 'node:fs';
import { keptOf, keptSweeps, recordFile } from '../test/model/kept.ts';

const kept = [];
for (const [file, sample] of keptSweeps) kept.push(await keptOf(file, sample));
writeFileSync(recordFile, `${JSON.stringify(kept, null, 1)}\n`);
