/** What an engine is made of: each a release that was tried together with the others. */
export interface Release {
  /** tfjs's binding to libtensorflow, of npm. */
  readonly binding: string;
  readonly bindingVersion: string;
  /** The wheel of PyPI that libtensorflow and its C headers are taken out of. */
  readonly wheel: string;
  /**
   * 2.12 is the first whose wheel has libtensorflow_cc; from 2.18 on tf.round of int32 gives 0.
   */
  readonly wheelVersion: string;
  /** The extra of the wheel that names the wheels with the libraries of CUDA that it was built with; null for none. */
  readonly extra: string | null;
}

export const releases = {
  native: {
    binding: '@tensorflow/tfjs-node',
    bindingVersion: '4.22.0',
    wheel: 'tensorflow-cpu',
    wheelVersion: '2.15.1',
    extra: null,
  },
  gpu: {
    binding: '@tensorflow/tfjs-node-gpu',
    bindingVersion: '4.22.0',
    wheel: 'tensorflow',
    wheelVersion: '2.16.2',
    extra: 'and-cuda',
  },
} as const satisfies Record<string, Release>;

export type InstallableEngine = keyof typeof releases;

/** Node's C headers: N-API is stable, so what is compiled with them serves every Node since 16. */
export const nodeHeaders = 'node-api-headers@1.9.0';

/** The wheels that are looked for: those of this Python. Only the name is its own, no Python runs them. */
export const wheelTags: readonly string[] = [
  '--only-binary=:all:',
  '--no-deps',
  '--implementation=cp',
  '--python-version=3.11',
  '--abi=cp311',
  '--platform=manylinux_2_17_x86_64',
  '--platform=manylinux2014_x86_64',
  '--platform=manylinux1_x86_64',
];
