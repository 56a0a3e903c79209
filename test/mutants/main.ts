/** `npm run mutants`: plants each defect of the list and names those that no test notices. `-- --only TEXT`, `-- --list`. */
import { parseArgs } from 'node:util';
import { Laboratory } from './laboratory.ts';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants.ts';
import type { Verdict } from './verdict.ts';

/** Copies of the tree that are tested at once: most tests wait more than they compute. */
const lanes = 2;

const { values } = parseArgs({ options: { only: { type: 'string' }, list: { type: 'boolean' } } });
const chosen = mutants.filter(({ breaks, file }) => `${file}: ${breaks}`.includes(values.only ?? ''));

if (values.list) for (const { file, breaks } of chosen) console.log(`${file}: ${breaks}`);
else process.exitCode = await runAll();

async function runAll(): Promise<number> {
  const laboratories = Array.from({ length: lanes }, () => new Laboratory());
  try {
    return (await testsPass(laboratories)) ? report(await judgeAll(laboratories)) : 1;
  } finally {
    for (const laboratory of laboratories) laboratory.close();
  }
}

/** A test that fails anyway would kill every mutant. */
async function testsPass(laboratories: readonly Laboratory[]): Promise<boolean> {
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  let pass = true;
  await inTurn(laboratories, files, async (laboratory, file) => {
    const verdict = await laboratory.test([file]);
    if (verdict.kind === 'survived') return;
    pass = false;
    console.log(`test/${file}.test.ts does not pass without a mutant: ${wordsOf(verdict)}`);
  });
  return pass;
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
