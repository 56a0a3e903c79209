import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/cli/plan-document.ts';
import { planLines } from '../../src/cli/plan-lines.ts';

const layers = [3, 4, 5];
const rates = Array.from({ length: 20 }, (_, index) => index / 20);

const plan: Plan = {
  sweep: 'lab',
  points: layers.length * rates.length,
  trials: layers.flatMap((depth) =>
    rates.map((rate) => ({
      trial: `${depth}-${rate}`,
      params: { layers: depth, rate, epochs: 100 },
      case: null,
      replicate: 1,
      seed: 1,
      parameters: null,
      predicted: { seconds: depth > 3 ? 60 : null, gpuMemoryBytes: null, hostMemoryBytes: null },
      cached: false,
      lacks: null,
    })),
  ),
  devices: [],
  missing: [],
  leaving: { trials: 0, running: 0, results: 0 },
  shown: [],
  besides: [],
  seedNote: null,
  argsNote: null,
  coresNote: null,
  setup: null,
  eta: null,
};

describe('the table of a plan', () => {
  const lines = planLines(plan, [], 120);
  const heads = lines.find((line) => line.startsWith('trial')) ?? '';

  it('has each parameter in which points differ, also where the first ones that are shown do not', () => {
    expect(heads).toMatch(/\blayers\b/);
    expect(heads).toMatch(/\brate\b/);
    expect(heads).not.toMatch(/\bepochs\b/);
  });

  it('shows the first 20 points and counts the others', () => {
    expect(lines.filter((line) => line.startsWith('3-'))).toHaveLength(20);
    expect(lines).toContain('… and 40 more points (--json shows all)');
  });
});
