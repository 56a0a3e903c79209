/** Name of the ledger's file in its state folder. */
export const ledgerFile = 'ledger.db';
