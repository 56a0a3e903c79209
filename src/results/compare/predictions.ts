/** What a trained network makes of each clip, as cnn1d's `predictions.csv` has it; any program may write one. */
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';

const predictionSchema = z.object({
  file: z.string(),
  /** Which part of the data set it is of. */
  split: z.string().default(''),
  word: z.string(),
  predicted: z.string(),
});
export type Prediction = z.infer<typeof predictionSchema>;

/** @returns null where it is no such table */
export function readPredictions(text: string): Prediction[] | null {
  try {
    const rows: unknown = parse(text, { columns: true, bom: true, skip_empty_lines: true });
    return z.array(predictionSchema).safeParse(rows).data ?? null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

export const isRight = ({ word, predicted }: Prediction): boolean => word === predicted;

/** Who speaks, by the names of Speech Commands (Warden 2018, arXiv 1804.03209); elsewhere each file stands for itself. */
export const speakerOf = ({ file }: Prediction): string =>
  file.slice(file.lastIndexOf('/') + 1).replace(/_nohash_.*$/, '');
