// What bench/slurm-ways.mjs runs in the laptop's network: takes turns through all ways, and prints the samples as JSON.
import { alternate } from './alternate.mjs';
import { connectKernel, download, signIn, startKernel } from './kernel.mjs';

const roundTrips = 120;
const downloads = 8;

const task = JSON.parse(process.argv[2] ?? '{}');
const tell = (text) => console.error(`  ${text}`);

/** @type {Record<string, import('./kernel.mjs').Way>} */
const ways = {};
for (const [name, way] of Object.entries(task.ways)) {
  ways[name] = way.url ? await signIn(way.to, way.url, way.base) : way;
}

const kernels = {};
for (const [name, way] of Object.entries(ways)) kernels[name] = await connectKernel(way, await startKernel(way));
const trips = Object.fromEntries(Object.entries(kernels).map(([name, kernel]) => [name, kernel.roundTrip]));
for (let warming = 0; warming < 20; warming++) for (const trip of Object.values(trips)) await trip();
const kernel = await alternate(roundTrips, trips);
for (const { close } of Object.values(kernels)) close();
tell(`${roundTrips} round trips`);

const fetches = Object.fromEntries(
  Object.entries(ways).map(([name, way]) => [name, () => download(way, 'large.bin', task.megabytes)]),
);
console.log(JSON.stringify({ kernel, download: await alternate(downloads, fetches, tell) }));
