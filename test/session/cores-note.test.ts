import { describe, expect, it } from 'vitest';
import { coresNote } from '../../src/session/sweep/cores-note.ts';

const gpu = { uuid: 'GPU-1', index: 0, name: 'NVIDIA RTX A4000', memoryBytes: 2 ** 34, problem: null };
const host = (name: string, gpus: (typeof gpu)[] | null) => ({ name, facts: { gpus } });

describe('a sweep that leaves GPUs idle', () => {
  it('says where, and what uses them, or says that the cores are meant', () => {
    const note = coresNote([host('cedar', [gpu]), host('elm', []), host('oak', [gpu, gpu])]);
    expect(note).toBe(
      'cedar, oak have GPUs, and this sweep trains on the cores: the engine gpu is not installed. ' +
        '`labsweep engine install gpu` makes it, for Linux on x86_64; where the cores are meant, ' +
        '`resources: {gpus: 0}` in the sweep says so.',
    );
  });

  it('says nothing where no host is known to have one', () => {
    expect(coresNote([host('elm', []), host('oak', null), { name: 'fir', facts: null }])).toBeNull();
  });
});
