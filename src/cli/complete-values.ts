import { listCatalogue, listEnvironments } from '../environments/index.ts';
import { listSessions } from '../sessions/index.ts';
import { loadSite, shippedSites } from '../site/index.ts';
import type { Candidate } from './complete.ts';
import { shims } from './completion-shims.ts';

type Known = 'environment' | 'session' | 'site' | 'catalogue' | 'shell' | 'partition';

/** Everything of a kind that can be named at this place. */
export async function candidatesOf(kind: Known, siteName: string | undefined): Promise<readonly Candidate[]> {
  if (kind === 'shell') return Object.keys(shims).map((value) => ({ value, summary: `for ${value}` }));
  if (kind === 'site') return (await shippedSites()).map(({ id, name }) => ({ value: id, summary: name }));
  if (kind === 'catalogue')
    return (await listCatalogue()).map((entry) => ({ value: entry.name, summary: entry.summary }));
  const site = await loadSite(siteName === undefined ? {} : { site: siteName });
  if (kind === 'session') {
    return (await listSessions({ patienceMs: 0 })).map((session) => ({ value: session.id, summary: session.state }));
  }
  if (kind === 'partition') {
    // As the profile has them: Slurm is not asked for a Tab.
    const partitions = Object.entries(site.profile.slurm.partitions);
    return partitions.map(([value, { max_time }]) => ({ value, summary: max_time ? `at most ${max_time}` : '' }));
  }
  const environments = await listEnvironments(site);
  return environments.map((environment) => ({ value: environment.name, summary: environment.state }));
}
