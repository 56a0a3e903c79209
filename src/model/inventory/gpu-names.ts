import { listed } from '../refusal/refusal-phrases.ts';

/** GPUs by the driver's numbers: `GPU 0 and 2`. */
export const gpuNames = (indices: readonly number[]): string => `GPU ${listed(indices.map(String))}`;
