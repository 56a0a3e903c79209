import { describe, expect, it } from 'vitest';
import { defaultLimits, limitsOf, noLimits } from '../../src/throttle/limits.ts';
import { strictest } from '../../src/throttle/strictest.ts';

describe('limits of several inventories', () => {
  it('are the defaults where there is none, and its own where there is one', () => {
    expect(strictest([])).toEqual(defaultLimits);
    const one = limitsOf({ ...noLimits, slots: 3, load: 100 });
    expect(strictest([one])).toEqual(one);
  });

  it('keep to each of them', () => {
    const mina = limitsOf({ ...noLimits, slots: 3, utilisation: 0.5, gpuMemoryBytes: 1e9, diskBytes: 5e9 });
    const theo = limitsOf({ ...noLimits, cpus: 4, hostMemoryBytes: 8e9, load: 0.5, diskBytes: 1e9 });
    for (const both of [strictest([mina, theo]), strictest([theo, mina])])
      expect(both).toMatchObject({
        slots: 3,
        cpus: 4,
        utilisation: mina.utilisation,
        temperatureCelsius: defaultLimits.temperatureCelsius,
        gpuHeadroomBytes: 1e9,
        memoryHeadroomBytes: 8e9,
        othersLoadPerCpu: { hold: 0.5, release: 0.375, patienceMs: 110_000 },
        diskFreeBytes: 5e9,
      });
  });

  it('leave a GPU out that one of them leaves out', () => {
    const gpu = { gpu: 0, owner: null, policy: null, hours: null, off: null };
    const mina = limitsOf({ ...noLimits, devices: [{ ...gpu, policy: 'shared' }] });
    const theo = limitsOf({ ...noLimits, devices: [{ ...gpu, off: 'its fan is dead' }] });
    expect(strictest([mina, theo]).devices[0]).toMatchObject({ off: 'its fan is dead' });
  });
});
