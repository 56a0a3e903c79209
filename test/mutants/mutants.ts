import { answerMutants } from './answer-mutants.ts';
import { coordinatorMutants } from './coordinator-mutants.ts';
import { diskMutants } from './disk-mutants.ts';
import { doorMutants } from './door-mutants.ts';
import { etiquetteMutants } from './etiquette-mutants.ts';
import { guardMutants } from './guard-mutants.ts';
import type { Mutant } from './mutant.ts';
import { groupsMutants } from './groups-mutants.ts';
import { turnsMutants } from './turns-mutants.ts';
import { workerMutants } from './worker-mutants.ts';

/** Every defect that some test of the suite has to notice. */
export const mutants: readonly Mutant[] = [
  ...diskMutants,
  ...coordinatorMutants,
  ...workerMutants,
  ...guardMutants,
  ...etiquetteMutants,
  ...turnsMutants,
  ...doorMutants,
  ...answerMutants,
  ...groupsMutants,
];
