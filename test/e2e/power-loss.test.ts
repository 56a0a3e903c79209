/** Hosts whose power fails again and again, each time with what had not reached their disks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import { type Bed, openBed } from '../bed/bed.ts';
import { ended } from '../bed/laptop.ts';
import { bedIsHere } from '../bed/whether-here.ts';

const labsweep = join(import.meta.dirname, '../../bin/labsweep.js');
const points = 30;
const losses = 6;
/** Which files a power loss takes is drawn from it; another is another run. */
const seed = Number(process.env['LABSWEEP_SEED'] ?? 1);

/** Counts its steps in its checkpoint, each of which is there whole or not at all, and checks its own files. */
const train = `cmp -s words.bin words.copy || { echo 'the files of the program are damaged' >&2; exit 3; }
step=0
for kept in "$LABSWEEP_CHECKPOINT"/step-*.whole; do [ -e "$kept" ] && step=$((step + 1)); done
while [ $step -lt 4 ]; do
  sleep 0.1
  : >"$LABSWEEP_CHECKPOINT/step-$step.whole"
  step=$((step + 1))
done
echo "$1 is trained" >"$LABSWEEP_ARTIFACTS/model"
echo "{\\"score\\": $1}"
`;

describe.skipIf(!bedIsHere())('hosts whose power fails', () => {
  let bed: Bed;
  let folder: string;
  beforeAll(async () => {
    bed = await openBed({ hosts: [{}, {}, { node: false }], all: { slots: 2 } });
    folder = mkdtempSync(join(tmpdir(), 'labsweep-power-'));
    writeFileSync(join(folder, 'inventory.json'), JSON.stringify(bed.inventory()));
    mkdirSync(join(folder, 'model'));
    writeFileSync(join(folder, 'model/train.sh'), train);
    for (const name of ['words.bin', 'words.copy'])
      writeFileSync(join(folder, 'model', name), 'a line of words\n'.repeat(50_000));
    writeFileSync(
      join(folder, 'sweep.yaml'),
      JSON.stringify({
        sweep: 'toy',
        program: { command: ['sh', 'train.sh', '{x}'], files: './model' },
        objective: { metric: 'score', goal: 'maximize' },
        resources: { cpus: 0, gpus: 0 },
        retries: 0,
        grid: { x: { from: 1, to: points } },
      }),
    );
  });
  afterAll(async () => {
    await bed.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('P1 lose nothing that counts, and go on with what verifies', { timeout: 120_000 }, async () => {
    const run = bed.spawn(process.execPath, [labsweep, 'run', 'sweep.yaml'], { cwd: folder });
    const end = ended(run);
    const story: string[] = [];
    for (let loss = 0; loss < losses && run.exitCode === null; loss += 1) {
      const host = bed.hosts[(seed + loss) % bed.hosts.length];
      // A moment of its own for each: which one, chance decides.
      await pause(300 + ((seed * 7919 + loss * 104_729) % 1_500));
      if (host === undefined) continue;
      story.push(`${host.name}:`, await host.crashTorn(seed * 1_000 + loss));
      await host.start();
    }
    const { code, stderr } = await end;
    expect(code, `${stderr}\n${story.join('\n')}`).toBe(exitCode.done);
    const board = await bed.run(process.execPath, [labsweep, 'leaderboard', '--json'], { cwd: folder });
    const rows: { params: { x: number }; metrics: { score: { mean: number } } }[] = JSON.parse(
      board.stdout,
    ).rows;
    expect(rows.map(({ params, metrics }) => [params.x, metrics.score.mean])).toEqual(
      Array.from({ length: points }, (_, index) => [points - index, points - index]),
    );
    const check = await bed.run(process.execPath, [labsweep, 'ledger', 'verify'], { cwd: folder });
    expect(check.code, check.stdout).toBe(exitCode.done);
  });
});
