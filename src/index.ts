/** labsweep as a library: read and check sweep files and inventories, read a ledger, rank what is in it. */
export { parseSweepFile } from './model/parse-sweep.ts';
export { expandSweep } from './model/expansion.ts';
export { trialIdOf } from './model/identity.ts';
export { parseInventory } from './model/parse-inventory.ts';
export { programs } from './programs/registry.ts';
export { openReader } from './ledger/store/reader.ts';
export { fold } from './ledger/fold.ts';
export { emptyLedger } from './ledger/state.ts';
export { leaderboard } from './results/leaderboard.ts';
export type { ParsedSweep, SweepContext } from './model/parse-sweep.ts';
export type { Expansion, Point } from './model/expansion.ts';
export type { SweepFile } from './model/sweep-file.ts';
export type { Inventory, InventoryHost } from './model/inventory.ts';
export type { ProgramDescription } from './model/program.ts';
export type { LedgerEvent } from './ledger/events.ts';
export type { LedgerState, Sweep, Trial } from './ledger/state.ts';
export type { Leaderboard } from './results/leaderboard.ts';
