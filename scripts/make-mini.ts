/**
 * Makes data/mini.tar.gz: eight words spoken by espeak-ng's voices, in Speech Commands layout. Needs espeak-ng 1.51.
 * The same voices and seed give the same archive. Run: node scripts/make-mini.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import wavefile from 'wavefile';
import { type Split, splitByHash } from '../src/programs/cnn1d/dataset/split.ts';
import { type Random, randomFrom } from '../src/programs/cnn1d/random.ts';

const words = ['zero', 'two', 'three', 'five', 'six', 'seven', 'house', 'dog'];
const accents = ['en-us', 'en-gb', 'en-gb-x-rp', 'en-gb-scotland'];
const variants = ['m1', 'm2', 'm3', 'm4', 'm5', 'm7', 'f1', 'f2', 'f3', 'f4'];
/** Speakers by split: a name is drawn until the data set's own rule puts it where it is wanted. */
const speakersBySplit: Readonly<Record<Split, number>> = { train: 20, validation: 5, test: 5 };
const takes = 2;
/** With 8 bits a sample (mu-law) the archive stays small. */
const sampleRateHz = 16_000;
const clipSamples = sampleRateHz;

interface Speaker {
  readonly name: string;
  readonly voice: string;
  /** espeak-ng's, from 0 to 99. */
  readonly pitch: number;
  /** Words a minute. */
  readonly speed: number;
}

const random = randomFrom(2019, 'mini');
const archive = pack();
const bytes = buffer(archive);
for (const speaker of drawSpeakers(random))
  for (const word of words)
    for (let take = 0; take < takes; take++)
      archive.entry(
        { name: `${word}/${speaker.name}_nohash_${take}.wav`, mtime: new Date(0) },
        Buffer.from(clip(speak(speaker, word, random), random)),
      );
archive.finalize();
const file = join(import.meta.dirname, '../data/mini.tar.gz');
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, gzipSync(await bytes, { level: 9 }));

/** Every speaker has a voice and a manner; no two share a voice. */
function drawSpeakers(random: Random): Speaker[] {
  const voices = accents.flatMap((accent) => variants.map((variant) => `${accent}+${variant}`));
  return Object.entries(speakersBySplit).flatMap(([split, count]) =>
    Array.from({ length: count }, () => ({
      name: drawName(random, split),
      voice: voices.splice(random.below(voices.length), 1)[0] ?? 'en-us',
      pitch: 30 + random.below(40),
      speed: 130 + random.below(50),
    })),
  );
}

function drawName(random: Random, split: string): string {
  for (;;) {
    const name = random.bits().toString(16).padStart(8, '0');
    if (splitByHash(`${name}_nohash_0.wav`) === split) return name;
  }
}

/** The word at 16 kHz, without the silence around it; each take a little different. */
function speak({ voice, pitch, speed }: Speaker, word: string, random: Random): Int16Array {
  const manner = { pitch: pitch + random.below(11) - 5, speed: speed + random.below(21) - 10 };
  const args = ['-v', voice, '-p', `${manner.pitch}`, '-s', `${manner.speed}`, '--stdout', word];
  const wav = new wavefile.WaveFile(execFileSync('espeak-ng', args));
  wav.toSampleRate(sampleRateHz);
  const samples = wav.getSamples(true, Int16Array) as unknown as Int16Array;
  const isLoud = (sample: number): boolean => Math.abs(sample) > 300;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1).subarray(0, clipSamples);
}

/** The word somewhere in a second of silence, as loud as chance has it. */
function clip(spoken: Int16Array, random: Random): Uint8Array {
  const samples = new Int16Array(clipSamples);
  const loudness = (0.5 + 0.45 * random.unit()) * 32_767;
  const largest = spoken.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1);
  const start = random.below(clipSamples - spoken.length + 1);
  samples.set(
    spoken.map((sample) => Math.round((sample / largest) * loudness)),
    start,
  );
  const wav = new wavefile.WaveFile();
  wav.fromScratch(1, sampleRateHz, '16', samples);
  wav.toMuLaw();
  return wav.toBuffer();
}
