import { createHash } from 'node:crypto';
import * as fileSystem from 'node:fs';
import { spareCopies } from './spare-copies.ts';
import { treeCopies } from './tree-copies.ts';
import { treeFiles } from './tree-files.ts';

const tree = treeFiles(fileSystem);

/** As this process makes them itself; trials' are made by their launcher. */
export const copies = treeCopies(fileSystem, createHash, tree, spareCopies(fileSystem, tree));
