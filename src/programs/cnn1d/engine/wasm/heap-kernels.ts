import type { NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { Window } from '../../architecture.ts';
import type { TensorFlow } from '../kernels.ts';
import * as loops from './heap-loops.ts';

/** Of tfjs's WebAssembly backend: its memory, and where in it a tensor lies. */
interface WasmBackend {
  readonly wasm: { readonly HEAPF32: Float32Array };
  makeOutput(shape: readonly number[], dtype: 'float32'): TensorInfo;
  getMemoryOffset(dataId: object): number;
}

/** What a kernel is handed: its inputs by name, and new tensors to write to. */
interface Memory {
  readonly input: (name: string) => TensorInfo;
  readonly has: (name: string) => boolean;
  readonly make: (...shape: readonly number[]) => TensorInfo;
  /** The numbers of a tensor; valid until the next tensor is made, since the heap may move. */
  readonly view: (tensor: TensorInfo) => Float32Array;
}

/** Registers the loops of heap-loops.ts with TensorFlow.js, which then keeps account of their tensors. */
export function registerHeapKernels(tf: TensorFlow): void {
  if (tf.getKernel('LabsweepMoments', 'wasm') !== undefined) return;
  const register = (
    name: string,
    compute: (memory: Memory, window: Window) => TensorInfo[] | TensorInfo,
  ): void =>
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend, attrs }) =>
        compute(memoryOf(backend as unknown as WasmBackend, inputs), attrs?.['window'] as unknown as Window),
    });
  register('LabsweepMoments', moments);
  register('LabsweepRectify', rectify);
  register('LabsweepUnpool', unpool);
}

function moments({ input, make, view }: Memory): TensorInfo[] {
  const signal = input('input');
  const [mean, variance] = [make(channelsOf(signal)), make(channelsOf(signal))];
  loops.moments(view(signal), view(mean), view(variance));
  return [mean, variance];
}

function rectify({ input, make, view }: Memory): TensorInfo[] {
  const gradient = input('gradient');
  const rectified = make(...gradient.shape);
  const [sum, products] = [make(channelsOf(gradient)), make(channelsOf(gradient))];
  loops.rectify(
    { gradient: view(gradient), output: view(input('output')), input: view(input('input')) },
    { rectified: view(rectified), sum: view(sum), sumOfProducts: view(products) },
  );
  return [rectified, sum, products];
}

function unpool({ input, has, make, view }: Memory, window: Window): TensorInfo {
  const signal = input('input');
  const result = make(...signal.shape);
  if (has('slope')) loops.line(view(signal), view(input('slope')), view(input('offset')), view(result));
  else view(result).fill(0);
  const [, , clips = 1, channels = 1] = signal.shape;
  const from = { input: view(signal), pooled: view(input('pooled')), gradient: view(input('gradient')) };
  loops.unpool(from, view(result), window, clips * channels);
  return result;
}

const channelsOf = (signal: TensorInfo): number => signal.shape.at(-1) ?? 1;

function memoryOf(backend: WasmBackend, inputs: NamedTensorInfoMap): Memory {
  return {
    input: (name) => inputs[name] as TensorInfo,
    has: (name) => inputs[name] !== undefined,
    make: (...shape) => backend.makeOutput(shape, 'float32'),
    view: ({ dataId, shape }) => {
      const start = backend.getMemoryOffset(dataId) / Float32Array.BYTES_PER_ELEMENT;
      const size = shape.reduce((product, length) => product * length, 1);
      return backend.wasm.HEAPF32.subarray(start, start + size);
    },
  };
}
