import type { Profile } from '../../site/index.ts';
import type { Resources } from '../resources.ts';
import { chooseGpus, refuseNoName } from './partitions.ts';
import { parseCpus, parseGpus, parseMemory, parseTime } from './quantities.ts';
import type { Typed } from './remembered.ts';

/** What a job asked for before, but for what is typed now. Error: `usage`. */
export function changeResources(profile: Profile, before: Resources, typed: Typed): Resources {
  const { time, mem, cpus, gpus, account, partition, qos } = typed;
  const name = (option: 'account' | 'partition' | 'qos', given: string | undefined) =>
    given === undefined ? before[option] : refuseNoName(option, given);
  const there = name('partition', partition);
  const wanted = gpus === undefined ? before.gpus : parseGpus(gpus);
  return {
    ...before,
    seconds: time === undefined ? before.seconds : parseTime(time),
    memory: mem === undefined ? before.memory : parseMemory(mem),
    cpus: cpus === undefined ? before.cpus : parseCpus(cpus),
    // Another partition may ask for a kind of GPU in another way.
    gpus: wanted && chooseGpus(profile, there, wanted),
    account: name('account', account),
    partition: there,
    qos: name('qos', qos),
  };
}
