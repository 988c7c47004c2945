import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { createDoors } from './door.ts';

test('of another user’s connections only so many may stay to be told; when some have gone, others may', async () => {
  const doors = createDoors(async () => false);
  const enter = async (count: number) => {
    const sockets = Array.from({ length: count }, () => new Socket());
    for (const socket of sockets) doors.enter(socket, 'loopback');
    await Promise.all(sockets.map((socket) => (doors.of(socket) as { isOurs: Promise<boolean> }).isOurs));
    return sockets;
  };
  const sockets = await enter(100);
  expect(sockets.filter((socket) => !socket.destroyed)).toHaveLength(64);
  await Promise.all(
    sockets.slice(0, 10).map((socket) => new Promise((resolve) => socket.once('close', resolve).destroy())),
  );
  const later = await enter(100);
  expect(later.filter((socket) => !socket.destroyed)).toHaveLength(10);
  for (const socket of [...sockets, ...later]) socket.destroy();
});

test('our own are never cut off, however many there are', async () => {
  const doors = createDoors(async () => true);
  const sockets = Array.from({ length: 200 }, () => new Socket());
  for (const socket of sockets) doors.enter(socket, 'loopback');
  await Promise.all(sockets.map((socket) => (doors.of(socket) as { isOurs: Promise<boolean> }).isOurs));
  expect(sockets.every((socket) => !socket.destroyed)).toBe(true);
  for (const socket of sockets) socket.destroy();
});
