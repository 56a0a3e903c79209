/** `npm run mutants`: plants each defect of the list and names those that no test notices. `-- --only TEXT`, `-- --list`. */
import { parseArgs } from 'node:util';
import { Laboratory } from './laboratory.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import type { Verdict } from './verdict.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } });
const chosen = mutants.filter(({ breaks, file }) => `${file}: ${breaks}`.includes(values.only ?? ''));

if (values.list) for (const { file, breaks } of chosen) console.log(`${file}: ${breaks}`);
else process.exitCode = await runAll();

/** In two copies of the tree at once: most tests wait more than they compute. */
async function runAll(): Promise<number> {
  const laboratories = [new Laboratory(), new Laboratory()] as const;
  try {
    const before = await laboratories[0].test([...new Set(chosen.flatMap(({ tests }) => tests))]);
    // A test that fails anyway would kill every mutant.
    if (before.kind === 'survived') return report(await judgeAll(laboratories));
    const what = before.kind === 'killed' ? before.by : before.because;
    console.log(`a test fails before anything is planted: ${what}`);
    return 1;
  } finally {
    for (const laboratory of laboratories) laboratory.close();
  }
}

type Judged = readonly [Mutant, Verdict];

async function judgeAll(laboratories: readonly Laboratory[]): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  await inTurn(laboratories, chosen, async (laboratory, mutant) => {
    const verdict = await laboratory.judge(mutant);
    judged.push([mutant, verdict]);
    console.log(`${mutant.file}: ${mutant.breaks}: ${wordsOf(verdict)}`);
  });
  return judged;
}

function report(judged: readonly Judged[]): number {
  const left = judged.filter(([, { kind }]) => kind !== 'killed');
  console.log(`\n${judged.length - left.length} killed, ${left.length} survived`);
  for (const [{ file, breaks, tests }, verdict] of left)
    console.log(`  ${file}: ${breaks} (${tests.join(', ')}): ${wordsOf(verdict)}`);
  return left.length === 0 ? 0 : 1;
}

function wordsOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'killed':
      return `killed by "${verdict.by}"`;
    case 'survived':
      return 'SURVIVED';
    case 'broken':
      return `NOT JUDGED: ${verdict.because}`;
    default:
      return verdict satisfies never;
  }
}

/** Each laboratory takes the next of what is left. */
async function inTurn<Work>(
  laboratories: readonly Laboratory[],
  work: readonly Work[],
  act: (laboratory: Laboratory, one: Work) => Promise<void>,
): Promise<void> {
  const left = [...work];
  await Promise.all(
    laboratories.map(async (laboratory) => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await act(laboratory, next);
    }),
  );
}
