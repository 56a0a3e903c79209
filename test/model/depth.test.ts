import { describe, expect, it } from 'vitest';
import { expandSweep } from '../../src/model/grid/expansion.ts';
import { parseSweepFile } from '../../src/model/sweep/parse-sweep.ts';
import { renderIssue } from '../../src/model/source/source-issue.ts';
import { countTrials } from '../../src/model/grid/trial-count.ts';
import { programs } from '../../src/programs/registry.ts';

const sweep = (layers: string): string => `sweep: lab
program: cnn1d
objective: {metric: val_accuracy, goal: maximize, at: best}
fixed: {family: custom-k5, epochs: 100}
grid:
  layers: ${layers}
  startChannels: [32, 64, 128]
  regularisation:
    DO(0.25):    {dropout: 0.25, batchNorm: false}
    DO(0.5):     {dropout: 0.5,  batchNorm: false}
    DO(0.75):    {dropout: 0.75, batchNorm: false}
    BN:          {dropout: 0,    batchNorm: true}
    DO(0.25)+BN: {dropout: 0.25, batchNorm: true}
    DO(0.5)+BN:  {dropout: 0.5,  batchNorm: true}
    DO(0.75)+BN: {dropout: 0.75, batchNorm: true}
replicates: 3
data: mini
`;

const parsed = (layers: string) => {
  const read = parseSweepFile(sweep(layers), 'sweeps/lab.yaml', { programs, readExtended: () => null });
  if (read.kind === 'refused') throw new Error(read.issues.map(renderIssue).join('\n'));
  return read;
};

describe('a sweep of cnn1d', () => {
  it('of 7 depths, 7 regularisations and 3 widths has 147 points and 441 trials', () => {
    const lab = parsed('{from: 3, to: 9}');
    const expansion = expandSweep(lab, programs);
    if (expansion.kind === 'refused') throw new Error(expansion.issues.map(renderIssue).join('\n'));
    expect(expansion.points).toHaveLength(147);
    expect(countTrials(lab.sweep)).toEqual({ points: 147, trials: 441 });
    expect(expansion.points[3]).toMatchObject({
      case: 'BN',
      params: { layers: 3, startChannels: 32, batchNorm: true },
    });
  });

  it('P8 with a depth that the clip does not allow names the deepest, at its value, once', () => {
    const expansion = expandSweep(parsed('[3, 9, 12]'), programs);
    expect(expansion.kind === 'refused' ? expansion.issues.map(renderIssue) : []).toEqual([
      'sweeps/lab.yaml:6:18  grid.layers[2]: 12 layers leave nothing of a one-second clip; custom-k5 with kernel 5 and pool 3 has at most 9',
    ]);
  });
});
