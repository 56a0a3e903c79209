export type Padding = 'valid' | 'same';

/** What a family fixes; kernel, pool and growth can be overridden by the parameters of those names. */
export interface Family {
  readonly kernel: number;
  /** Of the convolutions: `valid` shortens the signal by kernel − 1. */
  readonly padding: Padding;
  /** Convolutions after which the number of channels doubles: convolution i (from 0) has start · 2^⌊i/growth⌋. */
  readonly growth: number;
  /** Window and stride of the max pooling. */
  readonly pool: number;
  /** Of the pooling: `valid` drops a window that is not full (floor), `same` keeps it (ceil). */
  readonly poolPadding: Padding;
  /** Where the signal is pooled: after each convolution, between every two, or between pairs of them. */
  readonly pooling: 'after-each' | 'between' | 'between-pairs';
  /** Units of the dense layers that may stand before the last one. */
  readonly hidden: readonly number[];
  /** Defaults of `startChannels` and `layers`. */
  readonly startChannels: number;
  readonly layers: number;
}

const onlyConvolutions25: Family = {
  kernel: 25,
  padding: 'valid',
  growth: 1,
  pool: 4,
  poolPadding: 'same',
  pooling: 'after-each',
  hidden: [],
  startChannels: 8,
  layers: 5,
};

/** The networks of the published reports (docs/cnn1d.md has the table). */
export const families = {
  base: { ...onlyConvolutions25, hidden: [1024, 512], layers: 4 },
  'only-conv-k25': onlyConvolutions25,
  'only-conv-k5': { ...onlyConvolutions25, kernel: 5, pool: 3, layers: 6 },
  'only-conv-k25-wide': { ...onlyConvolutions25, growth: 2, pool: 3, startChannels: 32, layers: 6 },
  'custom-k5': {
    kernel: 5,
    padding: 'same',
    growth: 4,
    pool: 3,
    poolPadding: 'valid',
    pooling: 'between',
    hidden: [],
    startChannels: 32,
    layers: 8,
  },
  'vgg-k3': {
    kernel: 3,
    padding: 'same',
    growth: 8,
    pool: 3,
    poolPadding: 'valid',
    pooling: 'between-pairs',
    hidden: [],
    startChannels: 64,
    layers: 14,
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as FamilyName[];
