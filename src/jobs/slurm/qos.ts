import type { Qos } from '../limits.ts';
import { askSacctmgr, type Row } from './table.ts';
import { countOf, gpusOf, secondsOf, tresOf } from './units.ts';

const fields = ['name', 'maxwall', 'maxtrespu', 'maxtres', 'maxjobspu', 'maxsubmitpu'] as const;

/** The QOS there are: `sacctmgr show qos`. A string says why there is no answer. */
export async function readQos(): Promise<readonly Qos[] | string> {
  const rows = await askSacctmgr(['qos'], fields);
  return typeof rows === 'string' ? rows : rows.map(qosOf);
}

export function qosOf(row: Row<(typeof fields)[number]>): Qos {
  const [perUser, perJob] = [tresOf(row.maxtrespu), tresOf(row.maxtres)];
  return {
    name: row.name,
    maxTime: secondsOf(row.maxwall),
    maxCpusPerUser: countOf(perUser.get('cpu')),
    maxCpusPerJob: countOf(perJob.get('cpu')),
    maxGpusPerUser: gpusOf(perUser),
    maxGpusPerJob: gpusOf(perJob),
    maxJobsPerUser: countOf(row.maxjobspu),
    maxSubmittedPerUser: countOf(row.maxsubmitpu),
  };
}
