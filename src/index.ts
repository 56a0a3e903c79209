/**
 * labsweep as a library: read and check sweep files and inventories, open a lab, run a sweep there, read a ledger, rank
 * what is in it.
 */
export { parseSweepFile } from './model/sweep/parse-sweep.ts';
export { expandSweep } from './model/grid/expansion.ts';
export { trialIdOf } from './model/grid/identity.ts';
export { parseInventory } from './model/inventory/parse-inventory.ts';
export { programs } from './programs/registry.ts';
export { readLab } from './session/lab/lab.ts';
export { orderSweep } from './session/run/sweep-order.ts';
export { orderResume } from './session/run/resume-order.ts';
export { runSweep } from './session/run/run-sweep.ts';
export { runDetached } from './session/run/detach.ts';
export { ask } from './session/run/ask.ts';
export { openState } from './session/ledger/open.ts';
export { sweepNamed } from './session/ledger/named-sweep.ts';
export { checkLedger } from './session/ledger/ledger-check.ts';
export { SessionError } from './session/session-error.ts';
export { openReader } from './ledger/store/reader.ts';
export { fold } from './ledger/fold.ts';
export { emptyLedger } from './ledger/state.ts';
export { leaderboard } from './results/leaderboard.ts';
export type { ParsedSweep, SweepContext } from './model/sweep/parse-sweep.ts';
export type { Expansion, Point } from './model/grid/expansion.ts';
export type { SweepFile } from './model/sweep/sweep-file.ts';
export type { Inventory, InventoryHost } from './model/inventory/inventory.ts';
export type { ProgramDescription } from './model/program.ts';
export type { Caller } from './session/caller.ts';
export type { Lab, LabPlaces } from './session/lab/lab.ts';
export type { OrderOptions } from './session/run/sweep-order.ts';
export type { RunOrder, RunRequest } from './session/run/run-request.ts';
export type { RunReporter, RunSummary } from './session/run/run-reporter.ts';
export type { Interrupt } from './session/run/interrupt.ts';
export type { RunOutcome } from './session/run/run-outcome.ts';
export type { Verdict } from './session/run/verdict.ts';
export type { OpenState } from './session/ledger/open.ts';
export type { LedgerCheck } from './session/ledger/ledger-check.ts';
export type { SessionErrorKind } from './session/session-error.ts';
export type { LedgerEvent } from './ledger/events.ts';
export type { LedgerState, Sweep, Trial } from './ledger/state.ts';
export type { Leaderboard } from './results/leaderboard.ts';
