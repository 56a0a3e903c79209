import wavefile from 'wavefile';
import { clipSamples, sampleRateHz } from '../architecture.ts';

/** What this file needs of wavefile's untyped `fmt` and `data`. */
interface Chunks {
  readonly fmt: { readonly numChannels: number; readonly sampleRate: number };
  readonly data: { readonly samples: Uint8Array };
}

/**
 * The first second of a WAV file as 16-bit samples at 16 kHz, channels averaged; shorter if the file is.
 * @throws Error where the bytes are no WAV file that can be read.
 */
export function clipAudio(file: Buffer): Int16Array {
  const wav = new wavefile.WaveFile(file);
  if (wav.bitDepth === '4') wav.fromIMAADPCM();
  if (wav.bitDepth === '8a') wav.fromALaw();
  if (wav.bitDepth === '8m') wav.fromMuLaw();
  if (wav.bitDepth !== '16') wav.toBitDepth('16');
  const { fmt, data } = wav as unknown as Chunks;
  // Read now: a conversion empties these chunks and makes new ones.
  const { numChannels, sampleRate } = fmt;
  // As most data sets come; wavefile's own way goes sample by sample.
  if (numChannels === 1 && sampleRate === sampleRateHz) return asInt16(data.samples).slice(0, clipSamples);
  if (sampleRate !== sampleRateHz) wav.toSampleRate(sampleRateHz);
  return mono(wav.getSamples(true, Int16Array) as unknown as Int16Array, numChannels).slice(0, clipSamples);
}

function asInt16(bytes: Uint8Array): Int16Array {
  const samples = new Int16Array(bytes.length >> 1);
  new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
  return samples;
}

function mono(interleaved: Int16Array, channels: number): Int16Array {
  if (channels === 1) return interleaved;
  return Int16Array.from({ length: Math.floor(interleaved.length / channels) }, (_, at) => {
    const frame = interleaved.subarray(at * channels, (at + 1) * channels);
    return Math.round(frame.reduce((sum, sample) => sum + sample, 0) / channels);
  });
}
