import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const { withNote }: { withNote: (program: Buffer, name: string, content: Buffer) => Buffer } = await import(
  path.join(import.meta.dirname, '..', 'scripts', 'executable', 'elf-note.mjs')
);

test.runIf(process.platform === 'linux')(
  'a program with a note in it runs as before, also one that can be loaded anywhere',
  () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pier-note-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    // Debian's echo is position independent, its node is not.
    for (const [program, args, said] of [
      ['/bin/echo', ['hello'], 'hello\n'],
      [process.execPath, ['-p', '6 * 7'], '42\n'],
    ] as const) {
      const noted = withNote(readFileSync(program), 'A_NOTE', Buffer.from('what it says'));
      const file = path.join(directory, 'noted');
      rmSync(file, { force: true });
      writeFileSync(file, noted);
      chmodSync(file, 0o755);
      expect(execFileSync(file, [...args], { encoding: 'utf8' })).toBe(said);
      expect(noted.subarray(0, 32)).toEqual(readFileSync(program).subarray(0, 32));
    }
  },
);

test('what is no program of Linux is refused', () => {
  for (const bytes of [Buffer.alloc(64), Buffer.from(`#!/bin/sh\n${' '.repeat(64)}`)]) {
    expect(() => withNote(bytes, 'A_NOTE', Buffer.alloc(1))).toThrow('for Linux only');
  }
});
