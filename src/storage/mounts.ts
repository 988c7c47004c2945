import { readFileSync } from 'node:fs';

/** One line of `/proc/self/mountinfo` (proc(5)). */
export interface Mount {
  readonly point: string;
  readonly type: string;
  /** What is mounted: a device, `server:/export`, or the name of a file system. */
  readonly source: string;
}

/** File systems on this machine's own disks and memory: they answer, or the machine is broken. */
const near = new Set(
  (
    'ext2 ext3 ext4 xfs btrfs zfs bcachefs f2fs jfs reiserfs overlay tmpfs ramfs rootfs devtmpfs proc sysfs ' +
    'squashfs erofs iso9660 vfat exfat ntfs3 fuseblk'
  ).split(' '),
);

/** What is mounted, in the order it was; empty where there is no `/proc`. */
export function readMounts(file = '/proc/self/mountinfo'): Mount[] {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [point, [type, source = '']] = [before.split(' ')[4], after.split(' ')];
    return point && type ? [{ point: plain(point), type, source: plain(source) }] : [];
  });
}

/** Spaces and the like stand as `\040`. */
function plain(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The mount that a path without links is on: the deepest, and of several in one place the last. */
export function mountOf(mounts: readonly Mount[], file: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mounts) {
    if (isBelow(file, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

export function isBelow(file: string, directory: string): boolean {
  return directory === '/' || file === directory || file.startsWith(`${directory}/`);
}

export function isNear(mount: Mount): boolean {
  return near.has(mount.type);
}
