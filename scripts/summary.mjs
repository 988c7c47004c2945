// One line that says how many tests ran, and by name each one that did not and why.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
for (const test of tests.filter(({ status }) => status === 'skipped' || status === 'pending')) {
  console.log(`not run: ${test.fullName}`);
}
const count = (status) => tests.filter((test) => test.status === status).length;
const skipped = tests.length - count('passed') - count('failed');
console.log(`${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
