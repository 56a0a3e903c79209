import process from 'node:process';
import { runTool, type Workplace } from './tool.ts';

/** What an engine says of itself when it has computed a gradient. */
export interface Proof {
  /** Of libtensorflow. */
  readonly version: string;
  readonly usesGpu: boolean;
  /** Every file that was loaded for it, absolute. */
  readonly files: readonly string[];
}

/**
 * A gradient that needs libtensorflow, in a process of its own: a library that does not fit this machine may end it.
 * Node 23 took two functions away that the binding asks for.
 */
const script = (binding: string): string => `
const util = require('node:util');
Object.assign(util, { isNullOrUndefined: (value) => value == null, isArray: Array.isArray });
const tf = require(${JSON.stringify(binding)});
const gradient = tf.grad((x) => tf.conv1d(x, tf.ones([3, 1, 1]), 1, 'same').sum())(tf.ones([1, 4, 1]));
if (gradient.dataSync().join() !== '2,3,3,2') throw new Error('error: it computes ' + gradient.dataSync());
const { binding, isUsingGpuDevice } = tf.backend();
console.log(JSON.stringify({ version: binding.TF_Version, usesGpu: isUsingGpuDevice, files: Object.keys(require.cache) }));
`;

/** @throws EngineError where what lies there does not work on this machine */
export async function prove(place: Workplace, binding: string): Promise<Proof> {
  const said = await runTool(place, process.execPath, ['-e', script(binding)], {
    TF_CPP_MIN_LOG_LEVEL: '2',
  });
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Proof;
}
