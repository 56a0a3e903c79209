import type { StepOutcome } from './engine.ts';

/** Softmax's mean cross-entropy of a batch's logits, in double precision, with its gradient by the logits. */
export function crossEntropy(
  logits: Float32Array,
  labels: Uint16Array,
  count: number,
): StepOutcome & { readonly gradient: Float32Array } {
  const classes = logits.length / count;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  let correct = 0;
  for (let clip = 0; clip < count; clip++) {
    const row = logits.subarray(clip * classes, (clip + 1) * classes);
    const label = labels[clip] ?? 0;
    const probabilities = softmax(row);
    // Through the logarithm of the sum, since the probability itself may underflow to 0.
    loss -= (row[label] ?? Number.NaN) - logSumExp(row);
    if (indexOfLargest(row) === label) correct += 1;
    for (const [index, probability] of probabilities.entries())
      gradient[clip * classes + index] = (probability - (index === label ? 1 : 0)) / count;
  }
  return { loss: loss / count, correct, gradient };
}

export function softmax(logits: Float32Array): Float64Array {
  const whole = logSumExp(logits);
  return Float64Array.from(logits, (logit) => Math.exp(logit - whole));
}

/** The first of the largest. */
export function indexOfLargest(values: Float32Array): number {
  return values.indexOf(Math.max(...values));
}

function logSumExp(logits: Float32Array): number {
  const largest = Math.max(...logits);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return largest + Math.log(sum);
}
