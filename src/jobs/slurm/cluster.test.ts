import { expect, test } from 'vitest';
import { minJobAgeIn } from './cluster.ts';

test('how long a job is listed after its end is read from slurm.conf and from what scontrol prints', () => {
  expect(minJobAgeIn('ClusterName=a\nMinJobAge=60\n')).toBe(60);
  expect(minJobAgeIn('MinJobAge               = 300 sec\n')).toBe(300);
  expect(minJobAgeIn('ClusterName=a\n#MinJobAge=60\n')).toBeNull();
  expect(minJobAgeIn('ClusterName=a\ninclude /etc/slurm/site.conf\n')).toBe(10);
});
