import { Command } from 'commander';
import { resolve } from 'node:path';
import { tableLines } from '../../results/text-table.ts';
import type { Console } from '../console.ts';
import { type DataRecord, importData, listDataRecords } from '../../session/content/data-sets.ts';
import { CommandError } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { rememberUsed } from '../../session/place/last-used.ts';
import { jsonOption, stateOption } from '../options.ts';
import type { Verb } from '../verb.ts';
import { announceNew, stateFolderFor, stateFolderOf } from '../../session/place/state-folder.ts';

/** Names of unreadable files that a person sees. */
const namesShown = 5;

export const dataVerb: Verb = (console) =>
  new Command('data')
    .summary('data sets: import, list')
    .description('Data sets of spoken words, in the layout WORD/NAME.wav of Speech Commands.')
    .addCommand(importCommand(console))
    .addCommand(listCommand(console))
    .addHelpText(
      'after',
      '\nExample:\n  labsweep data import speech-commands ~/speech_commands_v0.02.tar.gz',
    );

const importCommand = (console: Console): Command =>
  new Command('import')
    .description('Packs a folder or archive of WORD/NAME.wav under a name that sweep files use.')
    .argument('<name>', 'what sweep files call it')
    .argument('<source>', 'a folder, .tar or .tar.gz')
    .addOption(stateOption())
    .addHelpText('after', '\nExample:\n  labsweep data import speech-commands ~/speech_commands_v0.02.tar.gz')
    .action(async (name: string, source: string, options: { state?: string }) => {
      if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
        throw new CommandError(
          `${name} is no name for a data set: letters, digits, ., _ and -, a letter or digit first.`,
        );
      const folder = stateFolderFor(console, console.cwd, options.state);
      announceNew(console, folder);
      const interrupt = onInterrupt();
      const ending = new AbortController();
      void interrupt.promise.then(() => ending.abort());
      const { record, unreadable } = await importData(
        folder,
        name,
        resolve(console.cwd, source),
        progress(console),
        ending.signal,
      ).finally(interrupt.forget);
      rememberUsed(console, { state: folder });
      if (console.live) console.tell('\n');
      for (const { file, because } of unreadable.slice(0, namesShown))
        console.tell(`left out ${file}: ${because}\n`);
      if (unreadable.length > namesShown)
        console.tell(`… and ${unreadable.length - namesShown} more files\n`);
      console.out(
        `${record.name}: ${record.clips} clips of ${record.words.length} words, ${splits(record)}\n`,
      );
    });

const listCommand = (console: Console): Command =>
  new Command('list')
    .description('Lists the data sets of the state folder.')
    .addOption(stateOption())
    .addOption(jsonOption('one JSON document'))
    .addHelpText('after', '\nExample:\n  labsweep data list')
    .action((options: { state?: string; json?: boolean }) => {
      const folder = stateFolderOf(console, console.cwd, options.state);
      const records = folder === null ? [] : listDataRecords(folder);
      if (options.json === true) console.out(`${JSON.stringify(records)}\n`);
      else console.out(`${listLines(records).join('\n')}\n`);
    });

function listLines(records: readonly DataRecord[]): string[] {
  if (records.length === 0) return ['No data set is imported yet; `mini` comes with labsweep.'];
  return tableLines(
    [
      { head: 'name', align: 'left' },
      { head: 'clips', align: 'right' },
      { head: 'words', align: 'right' },
      { head: 'splits', align: 'left' },
    ],
    records.map((record) => [record.name, String(record.clips), String(record.words.length), splits(record)]),
  );
}

function splits({ counts }: DataRecord): string {
  const sum = (split: 'train' | 'validation' | 'test'): number =>
    Object.values(counts).reduce((total, count) => total + count[split], 0);
  return `${sum('train')} to train on, ${sum('validation')} to validate, ${sum('test')} to test`;
}

/** A line that counts up on a terminal; elsewhere the end says enough. */
function progress(console: Console): (at: { clips: number; share: number }) => void {
  let said = 0;
  return ({ clips, share }) => {
    if (!console.live || Date.now() - said < 200) return;
    said = Date.now();
    console.errStream.write(`\r${clips} clips, ${Math.floor(share * 100)} %`);
  };
}
