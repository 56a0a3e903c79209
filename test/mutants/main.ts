/** `npm run mutants`: plants each defect of the list and names those that no test notices. `-- --only TEXT`, `-- --list`. */
import { parseArgs } from 'node:util';
import { Laboratory } from './laboratory.ts';
import type { Mutant, Selection } from './mutant.ts';
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

function keyOf({ tests, titled }: Selection): string {
  return JSON.stringify([tests, titled ?? null]);
}

/** Tests that do not pass without a mutant: they would kill every one. */
async function unfitTests(laboratories: readonly Laboratory[]): Promise<ReadonlySet<string>> {
  const unfit = new Set<string>();
  const selections = new Map<string, Selection>(chosen.map((mutant) => [keyOf(mutant), mutant]));
  await inTurn(laboratories, [...selections], async (laboratory, [key, selection]) => {
    if ((await laboratory.test(selection)).kind !== 'survived') unfit.add(key);
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
    const verdict: Verdict = unfit.has(keyOf(mutant))
      ? { kind: 'broken', because: 'its tests do not pass without it' }
      : await laboratory.judge(mutant);
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
