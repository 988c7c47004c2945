import { lstat, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import {
  makePrivateDirectory,
  PierError,
  type ProcessIdentity,
  parseIdentity,
  readRecord,
  tilde,
  uid,
  writeRecord,
} from '../files/index.ts';
import { isPortalLabel, makeLabel } from './label.ts';
import { portalDirectory } from './secret.ts';

/** `portal.json`: the portal that serves on this host. Written by that portal, and removed when it ends. */
export interface PortalRecord {
  readonly identity: ProcessIdentity;
  /** The Unix socket, in a runtime directory of its own. */
  readonly socket: string;
  readonly port: number;
  readonly label: string;
  readonly version: string;
  /** ISO 8601. */
  readonly started: string;
}

/** Where this host's portal keeps its things: several login nodes may share one home, and each has its own portal. */
export function hostDirectory(): string {
  return path.join(portalDirectory(), hostname().replace(/[^\w.-]/g, '_'));
}

export function portalFiles() {
  const file = (name: string) => path.join(hostDirectory(), name);
  return { record: file('portal.json'), claim: file('claim.json'), address: file('address.json'), log: file('log') };
}

/** The record of this host's portal; undefined when there is none. Errors: `record-untrusted`, `record-damaged`. */
export async function readPortalRecord(): Promise<PortalRecord | undefined> {
  const file = portalFiles().record;
  const value = await readRecord(file);
  if (value === undefined) return undefined;
  const { identity, socket, port, label, version, started } = value as Record<string, unknown>;
  const parsed = parseIdentity(identity);
  const texts = typeof socket === 'string' && typeof version === 'string' && typeof started === 'string';
  if (parsed && texts && isPort(port) && typeof label === 'string' && isPortalLabel(label)) {
    return { identity: parsed, socket, port, label, version, started };
  }
  throw new PierError('record-damaged', `${tilde(file)} is not the record of a portal.`, { hint: `rm '${file}'` });
}

/** Whether a recorded socket can only be ours: a socket of ours, in a directory of ours that nobody else can enter. */
export async function isOwnSocket(socket: string): Promise<boolean> {
  if (!path.isAbsolute(socket) || path.normalize(socket) !== socket) return false;
  try {
    const [directory, file] = await Promise.all([lstat(path.dirname(socket)), lstat(socket)]);
    const privately = directory.isDirectory() && directory.uid === uid() && (directory.mode & 0o077) === 0;
    return privately && file.isSocket() && file.uid === uid();
  } catch {
    return false;
  }
}

/** What stays the same from one portal to the next, so that addresses in bookmarks stay good. */
export interface Address {
  readonly label: string;
  /** Null before the first portal. */
  readonly port: number | null;
}

/** The remembered address; a new one where there is none that can be used. */
export async function readAddress(): Promise<Address> {
  const value = await readRecord(portalFiles().address).catch((error) => {
    if (error instanceof PierError && error.code === 'record-damaged') return undefined;
    throw error;
  });
  const { label, port } = (value ?? {}) as Record<string, unknown>;
  if (typeof label !== 'string' || !isPortalLabel(label)) return { label: makeLabel(), port: null };
  return { label, port: isPort(port) ? port : null };
}

export async function writeAddress(address: Address): Promise<void> {
  await writeRecord(portalFiles().address, address);
}

export async function makeHostDirectory(): Promise<void> {
  await makePrivateDirectory(portalDirectory());
  await makePrivateDirectory(hostDirectory());
}

/** Writes our record, unless it stands there already. */
export async function publishRecord(record: PortalRecord): Promise<void> {
  const found = await readPortalRecord().catch(() => undefined);
  if (found?.socket !== record.socket) await writeRecord(portalFiles().record, record);
}

/** Removes the record of the portal that listens at this socket, and of no other. */
export async function withdrawRecord(socket: string): Promise<void> {
  const found = await readPortalRecord().catch(() => undefined);
  if (found?.socket === socket) await rm(portalFiles().record, { force: true });
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < 65536;
}
