import { describe, expect } from 'vitest';
import { exitCode } from '../../src/cli/exit.ts';
import published from '../programs/cnn1d/fixtures/published.json' with { type: 'json' };
import { it } from './lab.ts';

interface Planned {
  readonly params: Readonly<Record<string, unknown>>;
  readonly parameters: number;
}

describe('plan --json, before the data set is there', () => {
  it('has the trainable parameters of every network whose count was published', async ({ lab }) => {
    const rows = published.rows.map(({ published: count, ofTheModel, ...network }) => ({
      network,
      parameters: ofTheModel ?? count,
    }));
    const grids = rows.map(({ network }) =>
      Object.fromEntries(Object.entries(network).map(([name, value]) => [name, [value]])),
    );
    lab.write(
      'sweep.yaml',
      JSON.stringify({
        program: 'cnn1d',
        data: 'speech-commands',
        objective: { metric: 'val_accuracy', goal: 'maximize', at: 'best' },
        grid: grids,
      }),
    );
    const { code, out, err } = await lab.labsweep('plan', 'sweep.yaml', '--json');
    expect({ code, err }).toEqual({ code: exitCode.done, err: '' });
    const { trials, missing } = JSON.parse(out);
    expect(missing).toEqual([
      {
        what: 'data set speech-commands',
        remedy: 'labsweep data import speech-commands FOLDER',
      },
    ]);
    const counted = trials.map(({ params, parameters }: Planned) => ({ params, parameters }));
    expect(counted).toEqual(
      rows.map(({ network, parameters }) => ({ params: expect.objectContaining(network), parameters })),
    );
  });
});
