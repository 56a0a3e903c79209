import { describe, expect, it } from 'vitest';
import { sayVerdict } from '../../src/cli/verdict.ts';
import { hostName } from '../../src/model/ids.ts';
import type { Refusal } from '../../src/model/refusal/refusal.ts';
import { outcomeOf } from '../../src/session/run/verdict.ts';
import { LedgerBuilder } from '../ledger-builder.ts';
import { consoleInto } from './reading.ts';

type Devices = Extract<Refusal, { kind: 'gpus' }>['devices'];
const gpu = (refusal: Devices[number]['refusals'][number]): Refusal => ({
  kind: 'gpus',
  devices: [{ device: 'GPU-0', index: 0, refusals: [refusal] }],
});

describe('a sweep with which no host can go on', () => {
  it.each([
    [
      gpu({ kind: 'gpu-reserved', owner: 'mina', hours: null }),
      'once inventory.json leaves a GPU to everybody',
    ],
    [gpu({ kind: 'gpu-off', because: 'fan' }), 'once inventory.json leaves a GPU to everybody'],
    [{ kind: 'no-gpu', because: null } satisfies Refusal, 'its file may ask for less in `resources`'],
  ])('is told the remedy: %j', (refusal, words) => {
    const built = new LedgerBuilder();
    const sweep = built.sweep(built.declare({ points: [{ params: { x: 1 } }] }));
    const said = { out: '', err: '' };
    const verdict = { sweep, counts: sweep.counts, obstacles: [{ host: hostName('cedar'), refusal }] };
    sayVerdict(consoleInto(said), built.state, verdict);
    expect(outcomeOf(verdict)).toBe('no-host');
    expect(said.err).toContain(words);
  });
});
