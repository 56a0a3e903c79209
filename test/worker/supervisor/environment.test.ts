import { expect, it } from 'vitest';
import { inherited } from '../../../src/worker/supervisor/environment.ts';

it('P9 what an agent hands on holds none of the marks of a trial that it was started by', () => {
  const mine = {
    LABSWEEP_ATTEMPT: 'a-1',
    LABSWEEP_CHECKPOINT: '/home/mina',
    HOME: '/home/mina',
    NOT_LABSWEEP_: '1',
  };
  expect(inherited(mine)).toEqual({ HOME: '/home/mina', NOT_LABSWEEP_: '1' });
});
