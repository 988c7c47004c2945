// One line that says how many tests ran; and by name each one that did not, or that passed only at a second try.
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const tests = reports.flatMap((report) => report.testResults).flatMap((file) => file.assertionResults);
for (const test of tests.filter(({ status }) => status === 'skipped' || status === 'pending')) {
  console.log(`not run: ${test.fullName}`);
}
for (const test of tests.filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)) {
  console.log(`only at a second try: ${test.fullName}\n  ${test.failureMessages[0].split('\n')[0]}`);
}
const count = (status) => tests.filter((test) => test.status === status).length;
const skipped = tests.length - count('passed') - count('failed');
console.log(`${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
