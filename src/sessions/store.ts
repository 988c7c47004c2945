import { randomInt } from 'node:crypto';
import { mkdir, rename, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { cannotWrite, errnoOf, makePrivateDirectory, namesIn, PierError, places } from '../files/index.ts';
import { run } from '../process/index.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz';
const letterOrDigit = `${letters}234567`;
const idPattern = /^[a-z][a-z2-7]{7}$/;

/** `<state>/sessions`: one directory for each session, named by its id. */
export function sessionsDirectory(): string {
  return path.join(places().state, 'sessions');
}

/** The ids on record, newest not necessarily last. Reads one directory. */
export async function sessionIds(): Promise<string[]> {
  return (await namesIn(sessionsDirectory())).filter((name) => idPattern.test(name));
}

/** The files of one session. Each has one writer; see docs/sessions.md. */
export function sessionFiles(id: string) {
  if (!idPattern.test(id)) throw new PierError('session-unknown', `${JSON.stringify(id)} is not a session's id.`);
  const directory = path.join(sessionsDirectory(), id);
  return {
    directory,
    request: path.join(directory, 'request.json'),
    stop: path.join(directory, 'stop.json'),
    attempts: path.join(directory, 'attempts'),
  };
}

/** The files of one attempt, counted from 1. */
export function attemptFiles(id: string, attempt: number) {
  const directory = path.join(sessionFiles(id).attempts, String(attempt));
  const file = (name: string) => path.join(directory, name);
  return {
    directory,
    script: file('job.sh'),
    log: file('log'),
    asked: file('asked.json'),
    submitted: file('submitted.json'),
    started: file('started.json'),
    endpoint: file('endpoint.json'),
    beat: file('beat.json'),
    end: file('end.json'),
    verdict: file('verdict.json'),
    /** What the gate of its run is opened with: 32 bytes, not text. */
    gateKey: file('gate.key'),
  };
}

/** Makes the directory of a new session under an id that nobody has. */
export async function makeSessionDirectory(): Promise<string> {
  const parent = sessionsDirectory();
  await makePrivateDirectory(parent);
  for (;;) {
    const id = randomId();
    try {
      await mkdir(path.join(parent, id), { mode: 0o700 });
      return id;
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw cannotWrite(path.join(parent, id), error);
    }
  }
}

/** Takes back a session that nothing was started for: `rm -rf --one-file-system -- DIRECTORY`. */
export async function removeSessionDirectory(id: string): Promise<void> {
  await run('rm', ['-rf', '--one-file-system', '--', sessionFiles(id).directory], { timeoutMs: 60_000 });
}

/** The same for an attempt whose job was refused; first it is no attempt any more, so that no other begins in it meanwhile. */
export async function removeAttemptDirectory(id: string, attempt: number): Promise<void> {
  const { directory } = attemptFiles(id, attempt);
  const aside = `${directory}.${randomId()}`;
  await rename(directory, aside);
  await run('rm', ['-rf', '--one-file-system', '--', aside], { timeoutMs: 60_000 });
}

/** Takes back the directory of an attempt in which nothing was written. */
export async function removeEmptyAttempt(id: string, attempt: number): Promise<void> {
  await rmdir(attemptFiles(id, attempt).directory).catch(() => {});
}

function randomId(): string {
  const rest = Array.from({ length: 7 }, () => letterOrDigit[randomInt(letterOrDigit.length)]);
  return `${letters[randomInt(letters.length)]}${rest.join('')}`;
}

/** The number of the newest attempt; 0 when there was none. */
export async function newestAttempt(id: string): Promise<number> {
  const numbers = (await namesIn(sessionFiles(id).attempts)).map(Number).filter(Number.isSafeInteger);
  return Math.max(0, ...numbers);
}
