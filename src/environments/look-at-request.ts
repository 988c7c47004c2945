import { lstatSync } from 'node:fs';
import path from 'node:path';
import { cannotWrite } from '../files/index.ts';
import type { Site } from '../site/index.ts';
import type { CreateRequest } from './environment.ts';
import { wantedFrom } from './wanted.ts';

/** What can be told of a request before anything is asked of an index or a channel. */
export interface RequestLook {
  readonly name: string;
  readonly prefix: string;
  /** Something is there already. */
  readonly exists: boolean;
  readonly backEnd: 'uv' | 'conda';
  readonly reason: string;
  readonly remarks: readonly string[];
  /** Nothing was named, so it will have Python alone. */
  readonly isBare: boolean;
  /** The file gives the environment another name than the one that was typed. */
  readonly otherName: { readonly text: string; readonly place: string } | null;
}

function isThere(prefix: string): boolean {
  try {
    return lstatSync(prefix, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    // Something in the path is a file, or may not be looked into.
    throw cannotWrite(path.dirname(prefix), error);
  }
}

/** Checks a request and says what will be done, without making, asking or downloading anything. */
export async function lookAtRequest(site: Site, request: CreateRequest): Promise<RequestLook> {
  const wanted = await wantedFrom(site, request);
  const { name, root, backEnd, reason, remarks, file, specs, pip } = wanted;
  const prefix = path.join(root, name);
  const its = file?.name ?? null;
  const isBare = !file && pip.length === 0 && (specs.length === 0 || specs.every((spec) => /^python\b/.test(spec)));
  return {
    name,
    prefix,
    exists: isThere(prefix),
    backEnd,
    reason,
    remarks,
    isBare,
    otherName: its && request.name && its.text !== request.name ? its : null,
  };
}
