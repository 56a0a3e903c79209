import { describe, expect, it } from 'vitest';
import { trialId } from '../../src/model/ids.ts';
import { type Nameable, selectTrials } from '../../src/model/grid/trial-name.ts';

const named = (id: string, point: number, seed: number, layers: number): Nameable => ({
  trial: trialId(id.padEnd(32, '0')),
  point,
  seed,
  params: { layers, dropout: 0.5, batchNorm: true, family: 'vgg' },
  case: layers === 3 ? 'DO(0.5), BN' : null,
});
const trials = [
  named('abcd1', 0, 1, 3),
  named('abcd2', 0, 2, 3),
  named('beef1', 1, 1, 4),
  named('cafe1', 2, 1, 5),
];
const select = (name: string, ranking: number[] | null = [2, 0]) => selectTrials(name, trials, ranking);
const ids = (name: string): string[] => {
  const selected = select(name);
  return selected.kind !== 'selected' ? [] : selected.trials.map(({ trial }) => trial.slice(0, 5));
};

describe('a trial is named', () => {
  it('by a prefix of its id', () => {
    expect(ids('beef')).toEqual(['beef1']);
    expect(ids('ABCD2')).toEqual(['abcd2']);
    expect(select('abcd')).toMatchObject({
      kind: 'ambiguous',
      message: '2 ids start with abcd; write more of it',
    });
    expect(select('abc')).toMatchObject({ kind: 'none' });
    expect(select('dead')).toEqual({ kind: 'none', message: "no trial's id starts with dead" });
  });

  it('by its rank, which names all replicates of the point', () => {
    expect(ids('#1')).toEqual(['cafe1']);
    expect(ids('#2')).toEqual(['abcd1', 'abcd2']);
    expect(select('#3')).toEqual({ kind: 'none', message: 'there is no #3; 2 points are ranked' });
    expect(select('#0')).toEqual({ kind: 'none', message: '#0 is no rank; the best is #1' });
    expect(select('#1', null)).toEqual({ kind: 'none', message: 'nothing is ranked yet' });
  });

  it('by its parameters, its seed and its case', () => {
    expect(ids('layers=3')).toEqual(['abcd1', 'abcd2']);
    expect(ids('layers=3,seed=2')).toEqual(['abcd2']);
    expect(ids('layers=4.0, batchNorm=true')).toEqual(['beef1']);
    expect(ids('case=DO(0.5), BN')).toEqual(['abcd1', 'abcd2']);
    expect(select('dropout=0.5')).toMatchObject({
      kind: 'ambiguous',
      message: '3 points have dropout=0.5; name more parameters',
    });
    expect(select('layers=8')).toEqual({ kind: 'none', message: 'no trial has layers=8' });
    expect(select('layer=8')).toEqual({
      kind: 'none',
      message: 'no trial has a parameter layer; did you mean layers?',
    });
  });
});
