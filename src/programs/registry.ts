import type { ProgramDescription } from '../model/program.ts';
import { cnn1d } from './cnn1d/description.ts';

/** The programs that labsweep brings along, by the name that a sweep file says under `program`. */
export const programs: Readonly<Record<string, ProgramDescription>> = { cnn1d };
