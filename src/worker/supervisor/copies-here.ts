import { createHash } from 'node:crypto';
import * as fileSystem from 'node:fs';
import { treeCopies } from './tree-copies.ts';
import { treeFiles } from './tree-files.ts';

/** As this process makes them itself; trials' are made by their launcher. */
export const copies = treeCopies(fileSystem, createHash, treeFiles(fileSystem));
