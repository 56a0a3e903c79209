import { Command } from 'commander';
import type { Verb } from '../verb.ts';
import { ledgerBackupVerb } from './ledger-backup.ts';
import { ledgerRecoverVerb } from './ledger-recover.ts';
import { ledgerRestoreVerb } from './ledger-restore.ts';
import { ledgerVerifyVerb } from './ledger-verify.ts';

export const ledgerVerb: Verb = (console, done) =>
  new Command('ledger')
    .summary('look after the ledger')
    .description('Looks after the ledger, the file that holds every event.')
    .addHelpText('after', '\nExample:\n  labsweep ledger backup ~/backups/lab.db')
    .addCommand(ledgerVerifyVerb(console, done))
    .addCommand(ledgerBackupVerb(console, done))
    .addCommand(ledgerRecoverVerb(console, done))
    .addCommand(ledgerRestoreVerb(console, done));
