/** What a trial put into its artifacts folder: listed by size and hash when it ends, sent along where it is small. */
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { collect, type Collected } from '../../content/collect.ts';
import { hashFile } from '../../content/hash-file.ts';
import type { Artifact } from '../../model/result/attempt-end.ts';
import type { Launch } from '../../model/launch.ts';
import { readBytes } from './log-file.ts';
import { reopen } from './reopen.ts';
import { isEmptyFolder, isFolder } from './trials-folder.ts';

/** Artifacts of up to this size together travel with the result. */
const inlineBytes = 1024 ** 2;

/**
 * Every file below `folder`, hashed; at once where there is none, which is most trials' case.
 *
 * @param nameOf what a file may be called
 */
export function listArtifacts(
  folder: string,
  fetch: Launch['artifacts'],
  nameOf: (path: string) => string,
): Collected | Promise<Collected> {
  if (!isFolder(folder) || isEmptyFolder(folder)) return { artifacts: [], unlisted: null };
  reopen(folder);
  return listFiles(folder, fetch, nameOf);
}

/** One whose name says what may not be said is given another, under which it is asked for like any other. */
async function listFiles(
  folder: string,
  fetch: Launch['artifacts'],
  nameOf: (path: string) => string,
): Promise<Collected> {
  const { artifacts, unlisted } = await collect(folder, fetch);
  const taken = new Set(artifacts.map(({ path }) => path));
  const named = artifacts.map((artifact) => {
    const hidden = nameOf(artifact.path);
    if (hidden === artifact.path) return artifact;
    // Two names may say the same once it is hidden.
    let path = hidden;
    for (let number = 2; taken.has(path); number += 1) path = `${hidden}.${number}`;
    taken.add(path);
    try {
      mkdirSync(dirname(`${folder}/${path}`), { recursive: true, mode: 0o700 });
      renameSync(`${folder}/${artifact.path}`, `${folder}/${path}`);
      return { ...artifact, path };
    } catch {
      return hidden; // rather not listed than listed so
    }
  });
  const listed = named.filter((each) => typeof each !== 'string');
  const hidden = named.filter((each) => typeof each === 'string');
  const left = [
    ...(unlisted ?? []).map((each) => ({ ...each, path: nameOf(each.path) })),
    ...(hidden[0] === undefined
      ? []
      : [{ why: 'unreadable' as const, count: hidden.length, path: hidden[0] }]),
  ];
  return { artifacts: listed, unlisted: left.length === 0 ? null : left };
}

/** Those of an end's artifacts that travel with it: what the sweep asks for, as far as it is small together. */
export function inlineFiles(
  folder: string,
  artifacts: readonly Artifact[],
): { path: string; base64: string }[] {
  let room = inlineBytes;
  return artifacts.flatMap(({ path, sizeBytes, comesBack }) => {
    if (!comesBack || sizeBytes > room) return [];
    try {
      const found = readBytes(`${folder}/${path}`, 0, sizeBytes, folder);
      if (found.sizeBytes !== sizeBytes) return [];
      room -= sizeBytes;
      return [{ path, base64: found.bytes.toString('base64') }];
    } catch {
      return []; // the result does not wait for it; who asks for it is told what is wrong
    }
  });
}

/** Whether every artifact is there with the size and hash that its seal says. Never rejects. */
export async function verifyArtifacts(folder: string, artifacts: readonly Artifact[]): Promise<boolean> {
  try {
    for (const { path, sizeBytes, sha256 } of artifacts) {
      const found = await hashFile(`${folder}/${path}`);
      if (found.size !== sizeBytes || found.sha256 !== sha256) return false;
    }
    return true;
  } catch {
    return false;
  }
}
