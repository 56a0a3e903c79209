/** What a trained network makes of each clip, as cnn1d's `predictions.csv` has it; any program may write one. */
import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import type { Prediction } from '../../results/compare/predictions.ts';

const rowSchema = z.object({
  file: z.string(),
  split: z.string().default(''),
  word: z.string(),
  predicted: z.string(),
});

/** @returns null where it is no such table */
export function readPredictions(text: string): Prediction[] | null {
  try {
    const rows: unknown = parse(text, { columns: true, bom: true, skip_empty_lines: true });
    return z.array(rowSchema).safeParse(rows).data ?? null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}
