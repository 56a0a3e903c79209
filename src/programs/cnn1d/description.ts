import type { DataShape, ProgramDescription } from '../../model/program.ts';
import type { Params } from '../../model/grid/params.ts';
import { type Architecture, architectureOf } from './architecture.ts';
import { countParameters, estimateResources, trainingOperations } from './cost.ts';
import { complete, parameterNames, readParams } from './parameters.ts';
import { reportWords } from './words.ts';

/** The 1D convolutional networks of the published reports, on one-second words. */
export const cnn1d: ProgramDescription = {
  name: 'cnn1d',
  version: 1,
  parameters: parameterNames,
  metrics: [
    'step',
    'epoch',
    'loss',
    'accuracy',
    'val_loss',
    'val_accuracy',
    'clips_per_second',
    'peak_memory_mb',
    // Of the last line alone.
    'test_loss',
    'test_accuracy',
    'epochs',
    'parameters',
    'seconds',
  ],
  needsData: true,
  provenance: ['engine'],
  defaultWords: reportWords,
  complete,
  countParameters: (params, data) => countParameters(networkOf(params, data)),
  operations: (params, data) =>
    trainingOperations(networkOf(params, data), data.words.length, readParams(params).epochs),
  estimate: (params, data, engines) =>
    estimateResources(networkOf(params, data), readParams(params), engines),
  command: ['{node}', 'train.mjs'],
};

function networkOf(params: Params, data: DataShape): Architecture {
  const architecture = architectureOf(readParams(params), data.words.length);
  if (architecture === null)
    throw new RangeError('completed parameters describe a network that fits the clip');
  return architecture;
}
