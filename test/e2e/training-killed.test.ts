import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { keepByName } from '../../src/session/content/named-content.ts';
import { enginesCanBeMade, madeEngine } from '../programs/cnn1d/engine/made-engine.ts';
import { it, type Lab, type Typed, until } from './lab.ts';
import { signal } from './processes.ts';

const epochs = 8;

const sweep = (engine: string): string =>
  [
    'sweep: killed',
    'program: cnn1d',
    'data: {name: mini, words: [dog, two]}',
    'objective: {metric: val_accuracy, goal: maximize, at: final}',
    'grid: {layers: [4]}',
    `fixed: {startChannels: 4, pool: 8, epochs: ${epochs}, patience: ${epochs}, dropout: 0.25, batchNorm: true, noise: 0.01, engine: ${engine}}`,
  ].join('\n');

type Line = Readonly<Record<string, unknown>>;
type Shown = Readonly<{ attempt: string; counts: boolean }>;

describe.each([
  { engine: 'wasm', isHere: true },
  { engine: 'native', isHere: enginesCanBeMade() },
])('P1 P2 a training on $engine', ({ engine, isHere }) => {
  it.skipIf(!isHere)(
    'that is killed with its agent gives what it gives undisturbed, bit for bit',
    {
      timeout: 400_000,
    },
    async ({ lab }) => {
      lab.patienceMs = 120_000;
      lab.write('sweep.yaml', sweep(engine));
      if (engine === 'native') for (const state of ['whole', 'torn']) await installNative(lab, state);
      const whole = await begin(lab, 'whole').ended;
      expect(whole.code, whole.err).toBe(exitCode.done);

      const before = reports(lab);
      const run = begin(lab, 'torn');
      const reported = (): readonly Line[] =>
        linesOf(
          lab,
          reports(lab).filter((file) => !before.includes(file)),
        );
      const first = await killedIn(lab, run, 1 + Math.floor(Math.random() * 3), reported);
      const second = await killedIn(lab, run, 4 + Math.floor(Math.random() * 4), reported);
      const torn = await run.ended;
      const where = `killed after epochs ${first.length} and ${second.length}`;
      expect(torn.code, `${where}\n${torn.err}`).toBe(exitCode.done);

      const [expected, found] = [await resultOf(lab, 'whole'), await resultOf(lab, 'torn')];
      expect(found.history.map(figures), where).toEqual(expected.history.map(figures));
      expect(found.metrics, where).toEqual(expected.metrics);
      for (const [file, bytes] of Object.entries(expected.files))
        expect(found.files[file]?.equals(bytes), `${file}, ${where}`).toBe(true);
      // What was measured of an epoch is that of the attempt that trained it: nothing was trained twice.
      expect(found.history.slice(0, second.length)).toEqual(second);
      expect(second.slice(0, first.length)).toEqual(first);
    },
  );
});

const begin = (lab: Lab, state: string): Typed => lab.type('run', 'sweep.yaml', '--state', lab.path(state));

/** Takes in an engine that another test may have made: an installation is tested elsewhere. */
async function installNative(lab: Lab, state: string): Promise<void> {
  const folder = await madeEngine();
  mkdirSync(lab.path(state), { recursive: true });
  await keepByName(
    lab.path(state),
    'engines',
    'native',
    async () => ({ folder, made: null }),
    (_, content) => ({ name: 'native', version: 'made', content }),
  );
}

/**
 * Kills the session of the trial and the agent, at a random moment of the epoch after `epoch`.
 * @returns the lines of the epochs whose checkpoints were certainly written
 */
async function killedIn(
  lab: Lab,
  run: Typed,
  epoch: number,
  reported: () => readonly Line[],
): Promise<readonly Line[]> {
  await until(
    `epoch ${epoch}`,
    () => reported().length >= epoch,
    () => run.said.err,
  );
  await pause(Math.random() * 500);
  for (const { pid } of lab.processes()) if (pid !== run.child.pid) signal(pid, 'SIGKILL');
  return reported().slice(0, epoch - 1);
}

const reports = (lab: Lab): string[] => lab.files().filter((path) => path.endsWith('/report.ndjson'));

/** Of the attempt that has come farthest: an attempt reports those of the one before first. */
function linesOf(lab: Lab, files: readonly string[]): readonly Line[] {
  const texts = files.map((path) => lab.read(path).split('\n').slice(0, -1));
  const [longest = []] = texts.toSorted((one, other) => other.length - one.length);
  return longest.map((line) => JSON.parse(line) as Line);
}

async function resultOf(
  lab: Lab,
  state: string,
): Promise<{ metrics: unknown; history: readonly Line[]; files: Record<string, Buffer> }> {
  const { out } = await lab.labsweep('leaderboard', '--json', '--state', lab.path(state));
  const { rows } = JSON.parse(out) as { rows: readonly { metrics: Line }[] };
  const shown = await lab.labsweep('show', '#1', '--json', '--state', lab.path(state));
  const { attempts } = JSON.parse(shown.out) as { attempts: readonly Shown[] };
  // An attempt that was killed while it wrote its artifacts leaves half of them, beside the one that counts.
  const counting = attempts.filter(({ counts }) => counts).map(({ attempt }) => attempt);
  expect(counting).toHaveLength(1);
  const read = (file: string): Buffer => readFileSync(join(lab.path(state), 'artifacts', ...counting, file));
  const names = ['weights.safetensors', 'weights.bin', 'predictions.csv', 'confusion.csv'];
  return {
    metrics: rows.map(({ metrics }) => figures(metrics)),
    history: JSON.parse(read('history.json').toString('utf8')) as readonly Line[],
    files: Object.fromEntries(names.map((name) => [name, read(name)])),
  };
}

/** Without what a clock or the process's memory says. */
function figures(line: Line): Line {
  const measured = ['clips_per_second', 'peak_memory_mb', 'seconds'];
  return Object.fromEntries(Object.entries(line).filter(([name]) => !measured.includes(name)));
}
