import type { Architecture, Block, Window } from '../architecture.ts';
import type { NetworkState } from '../engine/engine.ts';
import { parameterLayout } from '../engine/parameter-layout.ts';

/** What a BN layer adds to a variance before its root is taken. */
const epsilon = 1e-3;

interface Layer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly numbers: Float32Array;
}

/**
 * The network as TensorFlow.js's layers read it (tf.loadLayersModel): model.json and its weights.bin. Its input is
 * [clips, samples, 1], its output the probabilities of the words.
 */
export function layersModel(
  architecture: Architecture,
  weights: Pick<NetworkState, 'parameters' | 'statistics'>,
): { readonly model: object; readonly weights: Buffer } {
  const listed = weightsOf(architecture, weights);
  return {
    model: {
      format: 'layers-model',
      generatedBy: 'labsweep cnn1d',
      modelTopology: {
        class_name: 'Sequential',
        config: { name: 'cnn1d', layers: layersOf(architecture) },
        backend: 'tensor_flow.js',
      },
      weightsManifest: [
        {
          paths: ['weights.bin'],
          weights: listed.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
        },
      ],
    },
    weights: Buffer.concat(
      listed.map(({ numbers }) => Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength)),
    ),
  };
}

function layersOf({ samples, blocks, dense, dropout }: Architecture): Layer[] {
  const layers = [...blocks.flatMap(layersOfBlock), layer('Flatten', 'flatten')];
  for (const [index, { units }] of dense.entries())
    layers.push(
      layer('Dropout', `dropout${index}`, { rate: dropout }),
      layer('Dense', `dense${index}`, { units, activation: index < dense.length - 1 ? 'relu' : 'softmax' }),
    );
  return layers.map((each, index) =>
    index > 0 ? each : { ...each, config: { ...each.config, batch_input_shape: [null, samples, 1] } },
  );
}

function layersOfBlock({ channels, convolution, batchNorm, pool }: Block, index: number): Layer[] {
  const { size } = convolution;
  return [
    layer('Conv1D', `conv${index}`, {
      filters: channels,
      kernel_size: [size],
      padding: paddingOf(convolution),
    }),
    ...(batchNorm ? [layer('BatchNormalization', `norm${index}`, { epsilon })] : []),
    layer('ReLU', `relu${index}`),
    ...(pool === null
      ? []
      : [
          layer('MaxPooling1D', `pool${index}`, {
            pool_size: [pool.size],
            strides: [pool.stride],
            padding: paddingOf(pool),
          }),
        ]),
  ];
}

const layer = (className: string, name: string, config: object = {}): Layer => ({
  class_name: className,
  config: { name, ...config },
});

/** Where both ways come to the same, either may be said. */
const paddingOf = ({ before, after }: Window): string => (before + after > 0 ? 'same' : 'valid');

/** By the names of layers: a filter [kernel, 1, inputs, channels] is a kernel [kernel, inputs, channels]. */
function weightsOf(
  architecture: Architecture,
  { parameters, statistics }: Pick<NetworkState, 'parameters' | 'statistics'>,
): Weight[] {
  const trained = parameterLayout(architecture).slots.map(({ name, shape, offset, size }): Weight => {
    const numbers = parameters.subarray(offset, offset + size);
    const [kernel = 1, , inputs = 1, channels = 1] = shape;
    if (name.endsWith('/filter'))
      return { name: name.replace('filter', 'kernel'), shape: [kernel, inputs, channels], numbers };
    return { name: name.replace('weights', 'kernel'), shape, numbers };
  });
  let offset = 0;
  const moving = architecture.blocks.flatMap(({ batchNorm, channels }, index) =>
    (batchNorm ? ['moving_mean', 'moving_variance'] : []).map((part): Weight => {
      offset += channels;
      const numbers = statistics.subarray(offset - channels, offset);
      return { name: `norm${index}/${part}`, shape: [channels], numbers };
    }),
  );
  return [...trained, ...moving];
}
