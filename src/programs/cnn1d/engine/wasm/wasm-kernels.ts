import type { NamedTensorInfoMap, Tensor1D, Tensor2D, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { Window } from '../../architecture.ts';
import type { Kernels, Signal, TensorFlow } from '../kernels.ts';
import * as loops from './heap-loops.ts';

/** Of tfjs's WebAssembly backend: its memory, and where in it a tensor lies. */
interface WasmBackend {
  readonly wasm: { readonly HEAPF32: Float32Array };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  getMemoryOffset(dataId: object): number;
}

/**
 * Kernels on tfjs's WebAssembly backend. It has no gradient of a filter, and its gradient of a maximum is wrong for
 * windows without a positive value: both are made here, the first of its own convolution (XNNPACK), the second as a loop.
 */
export function wasmKernels(tf: TensorFlow): Kernels {
  registerLoops(tf);
  const run = <Output>(name: string, inputs: Record<string, TensorInfo>, attrs: object = {}): Output =>
    tf.engine().runKernel(name, inputs as never, attrs as never) as Output;

  return {
    convolve: (x, filter, bias, window, rectified) =>
      tf.fused.conv2d({
        x,
        filter,
        strides: 1,
        pad: paddingOf(window.before, window.after),
        bias,
        activation: rectified ? 'relu' : 'linear',
      }),
    filterGradient: (input, gradient, window) => filterGradient(tf, input, gradient, window),
    inputGradient: (gradient, filter, { size, before, after }) =>
      tf.tidy(() => {
        const turned = tf.transpose(tf.reverse(filter, 0), [0, 1, 3, 2]);
        return tf.conv2d(gradient, turned, 1, paddingOf(size - 1 - before, size - 1 - after));
      }),
    pool: (input, { size, stride, before, after }) =>
      tf.maxPool(input, [size, 1], [stride, 1], before + after === 0 ? 'valid' : 'same'),
    unpool: (input, pooled, gradient, window, line) =>
      run<Signal>('LabsweepUnpool', { input, pooled, gradient, ...line }, { window }),
    moments: (input) => {
      const [mean, variance] = run<[Tensor1D, Tensor1D]>('LabsweepMoments', { input });
      return { mean, variance };
    },
    rectify: (gradient, output, input) => {
      const [rectified, sum, sumOfProducts] = run<[Signal, Tensor1D, Tensor1D]>('LabsweepRectify', {
        gradient,
        output,
        input,
      });
      return { gradient: rectified, sum, sumOfProducts };
    },
  };
}

/**
 * dFilter[k, i, o] = Σ over time and clips of input[time + k, clip, i] · gradient[time, clip, o]: a convolution of the
 * input, its channels as clips and its clips as channels, with the gradient as a filter as long as the signal.
 */
function filterGradient(tf: TensorFlow, input: Signal, gradient: Signal, window: Window): Tensor4D {
  const [, time, clips, inputs] = input.shape;
  const [, outputTime, , channels] = gradient.shape;
  if (inputs === 1) return firstFilterGradient(tf, input, gradient, window);
  return tf.tidy(() => {
    const byChannel = tf.transpose(tf.reshape(input, [time * clips, inputs]));
    const signal = tf.reshape(byChannel, [inputs, time, 1, clips]) as Tensor4D;
    const filter = tf.reshape(gradient, [outputTime, 1, clips, channels]) as Tensor4D;
    const taps = tf.conv2d(signal, filter, 1, paddingOf(window.before, window.after));
    return tf.transpose(taps, [1, 2, 0, 3]);
  });
}

/** The same where the input has one channel: a product of two matrices, whose first is the input, shifted tap by tap. */
function firstFilterGradient(tf: TensorFlow, input: Signal, gradient: Signal, window: Window): Tensor4D {
  const [, time, clips] = input.shape;
  const [, outputTime, , channels] = gradient.shape;
  return tf.tidy(() => {
    const padded = tf.pad(tf.reshape(input, [time, clips]), [
      [window.before, window.after],
      [0, 0],
    ]);
    const shifted = Array.from({ length: window.size }, (_, tap) =>
      tf.slice(padded, [tap, 0], [outputTime, clips]),
    );
    const rows = tf.reshape(tf.stack(shifted), [window.size, outputTime * clips]) as Tensor2D;
    const taps = tf.matMul(rows, tf.reshape(gradient, [outputTime * clips, channels]) as Tensor2D);
    return tf.reshape(taps, [window.size, 1, 1, channels]);
  });
}

type Padding = [[number, number], [number, number], [number, number], [number, number]];
const paddingOf = (before: number, after: number): Padding => [
  [0, 0],
  [before, after],
  [0, 0],
  [0, 0],
];

function registerLoops(tf: TensorFlow): void {
  if (tf.getKernel('LabsweepUnpool', 'wasm') !== undefined) return;
  const register = (kernelName: string, kernelFunc: (memory: Memory, window: Window) => TensorInfo[]): void =>
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend, attrs }) => {
        const results = kernelFunc(
          memoryOf(backend as unknown as WasmBackend, inputs),
          attrs?.['window'] as unknown as Window,
        );
        return results.length === 1 ? (results[0] as TensorInfo) : results;
      },
    });
  register('LabsweepMoments', ({ make, view, input }) => {
    const channels = input('input').shape.at(-1) ?? 1;
    const outputs = [make([channels]), make([channels])] as const;
    loops.moments(view(input('input')), view(outputs[0]), view(outputs[1]));
    return [...outputs];
  });
  register('LabsweepRectify', ({ make, view, input }) => {
    const { shape } = input('gradient');
    const channels = shape.at(-1) ?? 1;
    const outputs = [make(shape), make([channels]), make([channels])] as const;
    const [gradient, output, pooled] = [input('gradient'), input('output'), input('input')].map(view);
    loops.rectify(
      ...([gradient, output, pooled] as [Float32Array, Float32Array, Float32Array]),
      ...(outputs.map(view) as [Float32Array, Float32Array, Float32Array]),
    );
    return [...outputs];
  });
  register('LabsweepUnpool', ({ make, view, input, has }, window) => {
    const signal = input('input');
    const result = make(signal.shape);
    const gradient = view(input('gradient'));
    if (has('slope')) loops.line(view(signal), view(input('slope')), view(input('offset')), view(result));
    else view(result).fill(0);
    const width = (signal.shape[2] ?? 1) * (signal.shape[3] ?? 1);
    loops.unpool(view(signal), view(input('pooled')), gradient, view(result), window, width);
    return [result];
  });
}

interface Memory {
  make(shape: readonly number[]): TensorInfo;
  /** The numbers of a tensor; valid until memory is next asked for, since the heap may move. */
  view(tensor: TensorInfo): Float32Array;
  input(name: string): TensorInfo;
  has(name: string): boolean;
}

function memoryOf(backend: WasmBackend, inputs: NamedTensorInfoMap): Memory {
  return {
    make: (shape) => backend.makeOutput(shape, 'float32'),
    view: ({ dataId, shape }) => {
      const start = backend.getMemoryOffset(dataId) / Float32Array.BYTES_PER_ELEMENT;
      const size = shape.reduce((product, length) => product * length, 1);
      return backend.wasm.HEAPF32.subarray(start, start + size);
    },
    input: (name) => inputs[name] as TensorInfo,
    has: (name) => inputs[name] !== undefined,
  };
}
