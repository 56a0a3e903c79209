import { describe, expect, test } from 'vitest';
import { pointLabel, tellingParams } from '../../src/model/grid/point-label.ts';

const point = (params: Record<string, number | boolean>, named: string | null = null) => ({
  params,
  case: named,
});

describe('the parameters that tell points apart', () => {
  test('without cases they are the axes', () => {
    expect(tellingParams([point({ a: 1, b: 2 })], ['a', 'b'])).toEqual(['a', 'b']);
  });

  test('what a case sets is left to its name', () => {
    const points = [1, 2].flatMap((layers) => [
      point({ layers, dropout: 0.5, bn: false }, 'DO'),
      point({ layers, dropout: 0, bn: true }, 'BN'),
    ]);
    expect(tellingParams(points, ['layers', 'dropout', 'bn'])).toEqual(['layers']);
  });

  test('where no case comes twice every axis is shown', () => {
    const points = [point({ layers: 1, dropout: 0.5 }, 'DO'), point({ layers: 2, dropout: 0 }, 'BN')];
    expect(tellingParams(points, ['layers', 'dropout'])).toEqual(['layers', 'dropout']);
  });

  test('a label holds the telling parameters and the case', () => {
    expect(pointLabel(point({ layers: 3, dropout: 0.5 }, 'DO'), ['layers'])).toBe('layers=3 DO');
    expect(pointLabel(point({ layers: 3 }), [])).toBe('the only point');
  });
});
