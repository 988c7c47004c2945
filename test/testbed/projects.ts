import path from 'node:path';
import { command } from './command.ts';
import { people, projects } from './layout.ts';
import { pidOf } from './processes.ts';

/** The project that has a quota, in MiB: small environments fit in, `sci` does not. */
const limited = { group: 'pi-grace', megabytes: 512 };

/** Mounts it where the hosts will see it; before the first host starts. */
export async function mountProjects(directory: string): Promise<void> {
  const script = path.join(import.meta.dirname, 'projects.sh');
  const members = people.filter((person) => person.projects.includes(limited.group));
  const project = `${limited.group.replace('pi-', '')}:${projects.get(limited.group)}`;
  const persons = members.map(({ name, uid }) => `${name}:${uid}`);
  const inside = ['-t', String(pidOf(directory, 'switch')), '-m'];
  await command('nsenter', [...inside, 'bash', script, directory, String(limited.megabytes), project, ...persons]);
}
