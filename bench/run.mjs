// `npm run bench` takes every figure, `npm run bench -- portal` one. The table goes to standard output, in Markdown.
import { machine, withWorld } from './world.mjs';

/**
 * @typedef {object} Row
 * @property {string} figure
 * @property {string} beside what it is compared with, in the same run
 * @property {string} unit
 * @property {number} value
 * @property {number} low
 * @property {number} high 95 % interval
 * @property {number} [goal]
 * @property {'lower' | 'higher'} [better]
 */

const figures = ['start-up', 'environments', 'activate', 'lab', 'portal', 'create', 'slurm'];
/** Only when it is asked for: it needs to be root on Linux. */
const onlyByName = ['slurm'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !figures.includes(name));
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')}. There are: ${figures.join(', ')}`);
  process.exit(2);
}

// Whatever is timed shall not pay for the certificates of this very process.
delete process.env.NODE_EXTRA_CA_CERTS;

/** @type {Row[]} */
const rows = [];
const tell = (text) => console.error(`  ${text}`);
console.error(machine());
await withWorld(async (world) => {
  for (const name of asked.length > 0 ? asked : figures.filter((one) => !onlyByName.includes(one))) {
    console.error(name);
    const { measure } = await import(`./${name}.mjs`);
    rows.push(...(await measure(world, tell)));
  }
}, tell);

const lines = rows.map((row) => {
  const digits = row.unit === '×' ? 2 : 1;
  const [value, low, high] = [row.value, row.low, row.high].map((number) => number.toFixed(digits));
  return [row.figure, row.beside, `${value} ${row.unit} [${low}, ${high}]`, goalOf(row), verdict(row)];
});
const headings = ['figure', 'beside', 'found [95 % interval]', 'goal', ''];
for (const line of [headings, headings.map(() => '---'), ...lines]) console.log(`| ${line.join(' | ')} |`);

function goalOf({ goal, better, unit }) {
  return goal === undefined ? '' : `${better === 'lower' ? '≤' : '≥'} ${goal} ${unit}`;
}

/** Only an interval that lies wholly on one side of the goal decides. */
function verdict({ goal, better, low, high }) {
  if (goal === undefined) return '';
  const [best, worst] = better === 'lower' ? [low - goal, high - goal] : [goal - high, goal - low];
  if (worst <= 0) return 'met';
  return best > 0 ? 'missed' : 'undecided';
}
