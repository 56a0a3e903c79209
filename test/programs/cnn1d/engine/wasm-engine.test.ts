import { wasmEngine } from '../../../../src/programs/cnn1d/engine/wasm/wasm-engine.ts';
import { engineContract } from './engine-contract.ts';

engineContract('wasm', wasmEngine);
