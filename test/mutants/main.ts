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
  const laboratories = [new Laboratory(), new Laboratory()];
  try {
    return report(await judgeAll(laboratories, await unfitTests(laboratories)));
  } finally {
    for (const laboratory of laboratories) laboratory.close();
  }
}

/** Test files that do not pass without a mutant: they would kill every one. */
async function unfitTests(laboratories: readonly Laboratory[]): Promise<ReadonlySet<string>> {
  const unfit = new Set<string>();
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  if ((await laboratories[0]?.test(files))?.kind === 'survived') return unfit;
  await inTurn(laboratories, files, async (laboratory, file) => {
    if ((await laboratory.test([file])).kind !== 'survived') unfit.add(file);
  });
  return unfit;
}

type Judged = readonly [Mutant, Verdict];

async function judgeAll(
  laboratories: readonly Laboratory[],
  unfit: ReadonlySet<string>,
): Promise<readonly Judged[]> {
  const judged: Judged[] = [];
  await inTurn(laboratories, chosen, async (laboratory, mutant) => {
    const failing = mutant.tests.find((file) => unfit.has(file));
    const verdict: Verdict =
      failing === undefined
        ? await laboratory.judge(mutant)
        : { kind: 'broken', because: `test/${failing}.test.ts does not pass without it` };
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
