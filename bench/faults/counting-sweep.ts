/** A sweep whose program counts itself: it writes down on its host that it begins, and as its last act that it is through. */
import { join } from 'node:path';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { openReader } from '../../src/ledger/store/reader.ts';
import type { Bed } from '../../test/bed/bed.ts';
import type { Person } from '../../test/e2e/person.ts';

/** Not in a home: a power loss leaves these files whole, since they are what it is judged by. */
const at = '/var/tmp';

/** A line of shell whose `$0` is its trial. @param seconds how long it sleeps between the two */
export const countingScript = (seconds: number): string =>
  `echo "$0" >>${at}/begun; sleep ${seconds}; echo "$0" >>${at}/done; echo "{\\"score\\": $0}"`;

/** @param seconds how long each trial sleeps between the two */
export function writeCountingSweep(person: Person, trials: number, seconds: number): void {
  const sweep = {
    sweep: 'counting',
    program: { command: ['sh', '-c', countingScript(seconds), '{x}'] },
    objective: { metric: 'score', goal: 'maximize' },
    resources: { cpus: 0, gpus: 0 },
    grid: { x: { from: 1, to: trials } },
  };
  person.write('sweep.yaml', JSON.stringify(sweep));
}

/** A program's own word that it began, or came to its end, on a host. */
export interface Mark {
  readonly x: number;
  readonly host: string;
}

export interface Marks {
  readonly begun: readonly Mark[];
  readonly done: readonly Mark[];
}

/** Reads the hosts' own files, and takes them away. */
export async function takeMarks(bed: Bed): Promise<Marks> {
  const [begun, done] = await Promise.all([marksIn(bed, 'begun'), marksIn(bed, 'done')]);
  return { begun, done };
}

async function marksIn(bed: Bed, file: string): Promise<Mark[]> {
  const script = `cat ${at}/${file} 2>/dev/null; rm -f ${at}/${file}`;
  const read = await Promise.all(bed.hosts.map((host) => host.exec('sh', ['-c', script])));
  return bed.hosts.flatMap(({ name }, index) =>
    (read[index]?.stdout ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => ({ x: Number(line), host: name })),
  );
}

/** What is wrong with a finished sweep, whoever crashed meanwhile: nothing is. */
export async function wrongResults(person: Person, trials: number): Promise<string[]> {
  const { rows } = await leaderboardOf(person);
  const wrong = rows
    .filter(({ params, metrics }) => metrics['score']?.mean !== params.x)
    .map(({ params, metrics }) => `x=${params.x} has the result ${metrics['score']?.mean}`);
  const there = new Set(rows.map(({ params }) => params.x));
  for (let x = 1; x <= trials; x += 1) if (!there.has(x)) wrong.push(`x=${x} has no result`);
  return wrong;
}

interface Leaderboard {
  readonly rows: readonly {
    readonly params: { readonly x: number };
    readonly metrics: Readonly<Record<string, { readonly mean: number }>>;
  }[];
}

export const leaderboardOf = async (person: Person): Promise<Leaderboard> =>
  JSON.parse(await leaderboardText(person));

export const leaderboardText = async (person: Person): Promise<string> =>
  (await person.type('leaderboard', '--json')).stdout;

/** What the ledger holds; nothing where there is none yet. */
export function eventsOf(person: Person): readonly LedgerEvent[] {
  const opened = openReader(join(person.folder, '.labsweep'));
  return opened.kind === 'opened' ? opened.reader.read(0).events : [];
}
