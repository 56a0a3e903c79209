/**
 * `npm run bench:training`: seconds a step of cnn1d's engines beside PyTorch's, on one network, taking turns.
 *
 * The network: custom-k5, 8 layers, start 32, batch 32, dropout 0.5, on noise. PyTorch is that of the Python which
 * TORCH_PYTHON names (default /usr/bin/python3: Debian's python3-torch). `labsweep engine install native` goes before.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { listEngines } from '../src/session/content/engines.ts';
import { storeFolder } from '../src/session/content/named-content.ts';
import { contentPath } from '../src/content/store.ts';
import { findStateFolder } from '../src/ledger/store/state-folder.ts';
import { contentHash } from '../src/model/ids.ts';
import { median } from './table.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '8' },
    state: { type: 'string' },
  },
});
const run = promisify(execFile);
const figuresSchema = z.object({ seconds: z.number(), peakMb: z.number() });
type Figures = z.infer<typeof figuresSchema>;

interface Runner {
  readonly name: string;
  readonly threads: readonly number[];
  readonly command: (threads: number, norm: readonly string[]) => readonly string[];
}

const here = (file: string): string => join(import.meta.dirname, 'training', file);
const engine =
  (name: string): Runner['command'] =>
  (_, norm) => [process.execPath, here('engine-steps.ts'), name, values.steps, ...norm];
const python = process.env['TORCH_PYTHON'] ?? '/usr/bin/python3';
const runners: readonly Runner[] = [
  {
    name: 'PyTorch',
    threads: [1, 2],
    command: (threads, norm) => [python, here('torch_steps.py'), String(threads), values.steps, ...norm],
  },
  { name: 'native', threads: [1, 2], command: engine(installedNative()) },
  { name: 'wasm', threads: [1], command: engine('wasm') },
];

for (const [what, norm] of [
  ['without BN', []],
  ['with BN', ['bn']],
] as const)
  for (const threads of [1, 2]) await compare(what, norm, threads);

async function compare(what: string, norm: readonly string[], threads: number): Promise<void> {
  const taking = runners.filter((runner) => runner.threads.includes(threads));
  const seen = new Map<string, Figures[]>(taking.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(values.rounds); round += 1)
    for (const runner of taking) seen.get(runner.name)?.push(await figuresOf(runner, threads, norm));
  const base = (seen.get('PyTorch') ?? []).map(({ seconds }) => seconds);
  const lines = taking.map(({ name }) => {
    const figures = seen.get(name) ?? [];
    const seconds = figures.map((each) => each.seconds);
    const ratio = median(seconds.map((each, round) => each / (base[round] ?? Number.NaN)));
    const peak = median(figures.map(({ peakMb }) => peakMb));
    return `| ${name} | ${median(seconds).toFixed(3)} s | ${Math.min(...seconds).toFixed(3)} to ${Math.max(...seconds).toFixed(3)} | ${ratio.toFixed(2)} | ${peak.toFixed(0)} MB |`;
  });
  const head = `| a step ${what}, ${threads} ${threads === 1 ? 'thread' : 'threads'} | median | least to most | beside PyTorch | peak memory |`;
  process.stdout.write([head, '| --- | --- | --- | --- | --- |', ...lines, '', ''].join('\n'));
}

async function figuresOf({ command }: Runner, threads: number, norm: readonly string[]): Promise<Figures> {
  const [program = '', ...args] = command(threads, norm);
  const env = { ...process.env, OMP_NUM_THREADS: String(threads) };
  const { stdout } = await run(program, args, { env });
  return figuresSchema.parse(JSON.parse(stdout));
}

function installedNative(): string {
  const state = values.state ?? findStateFolder(process.cwd());
  const native = state === null ? undefined : listEngines(state).find(({ name }) => name === 'native');
  if (state === null || native === undefined)
    throw new Error('no engine native in this state folder; run: labsweep engine install native');
  return contentPath(storeFolder(state), contentHash(native.content));
}
