import { describe, expect, it } from 'vitest';
import { requirementsOf } from '../../../../src/programs/cnn1d/engine/install/install-engine.ts';

describe('the libraries that a wheel names for an extra', () => {
  it('are those of that extra alone, with their versions, however they are spelled', () => {
    const metadata = [
      'Metadata-Version: 2.1',
      'Requires-Dist: absl-py >=1.0.0',
      "Requires-Dist: nvidia-cublas-cu12 ==12.3.4.1 ; extra == 'and-cuda'",
      "Requires-Dist: nvidia-cudnn-cu12 (==8.9.7.29) ; extra == 'and-cuda'",
      "Requires-Dist: nvidia-nccl-cu12==2.19.3; extra == 'and-cuda'",
      "Requires-Dist: other ==1.0 ; extra == 'docs'",
    ].join('\n');
    expect(requirementsOf(metadata, 'and-cuda')).toEqual([
      'nvidia-cublas-cu12==12.3.4.1',
      'nvidia-cudnn-cu12==8.9.7.29',
      'nvidia-nccl-cu12==2.19.3',
    ]);
  });
});
