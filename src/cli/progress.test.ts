import { expect, test } from 'vitest';
import { displayWidth } from './layout.ts';
import { progressLine, steps } from './progress.ts';

test('a step with a known end has a bar and its count', () => {
  const line = progressLine({ step: 'install', message: 'Installing packages', done: 12, total: 48 }, 79);
  expect(line).toBe('Installing packages  [=======                       ] 12/48');
});

test('a step without an end only says what it does', () => {
  expect(progressLine({ step: 'resolve', message: 'Resolving' }, 79)).toBe('Resolving …');
});

test('a line never wraps, and nothing in it moves the cursor', () => {
  const message = `Installing \x1b[2J${'x'.repeat(100)}`;
  for (const event of [
    { step: 'a', message },
    { step: 'a', message, done: 1, total: 2 },
    { step: 'a', message: 'Downloading 環境 packages from far', done: 1000, total: 2000 },
  ]) {
    const line = progressLine(event, 30);
    expect(displayWidth(line)).toBeLessThanOrEqual(30);
    expect(line).not.toContain('\x1b');
  }
});

test('without a terminal, each step is told once, and nothing twice in a row', () => {
  const told: string[] = [];
  const { progress } = steps((text) => told.push(text));
  progress({ step: 'stopped 0', message: 'Stopping', done: 0, total: 1 });
  progress({ step: 'stopped 1', message: 'Stopping', done: 1, total: 1 });
  progress({ step: 'queued', message: 'Queued' });
  progress({ step: 'queued', message: 'Queued 1 min' });
  progress({ step: 'starting', message: 'Starting' });
  expect(told).toEqual(['Stopping\n', 'Queued\n', 'Starting\n']);
});
