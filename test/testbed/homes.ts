import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../sandbox.ts';
import { command } from './command.ts';
import { people } from './layout.ts';
import { pidOf } from './processes.ts';

/** Room in a home: a tenth of the 30,000 files that a home on Midway was said to hold, and 256 MB. */
const files = 3000;
const megabytes = 256;

/** Mounts the homes where the hosts will see them; before the first host starts. */
export async function mountHomes(directory: string): Promise<void> {
  const script = path.join(import.meta.dirname, 'homes.sh');
  const persons = people.map(({ name, uid, home }) => `${name}:${uid}:${home ?? ''}`);
  const inside = ['-t', String(pidOf(directory, 'switch')), '-m', '-p'];
  await command('nsenter', [...inside, 'bash', script, directory, String(files), String(megabytes), ...persons]);
}

/** Waits until the kernel has let go of the images: it does so a moment after the last process has gone. */
export async function imagesReleased(directory: string): Promise<void> {
  const places = ['homes', 'projects'].map((name) => path.join(directory, name, '/'));
  await until(() => !attachedImages().some((image) => places.some((place) => image.startsWith(place))));
}

/** The files behind the machine's loop devices, see losetup(8). */
function attachedImages(): string[] {
  return readdirSync('/sys/block').flatMap((name) => {
    try {
      return [readFileSync(`/sys/block/${name}/loop/backing_file`, 'utf8').trim()];
    } catch {
      // not a loop device, or one that was let go of just now
      return [];
    }
  });
}
