// One line that says how many tests ran; and by name each one that failed, did not run, or passed only at a second try.
import { readFileSync } from 'node:fs';

const reports = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const indented = (message) => message.split('\n').slice(0, 20).join('\n  ');
const tests = reports.flatMap((report) => report.testResults).flatMap((file) => file.assertionResults);
for (const test of tests.filter(({ status }) => status === 'skipped' || status === 'pending')) {
  console.log(`not run: ${test.fullName}`);
}
for (const test of tests.filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)) {
  console.log(`only at a second try: ${test.fullName}\n  ${test.failureMessages[0].split('\n')[0]}`);
}
for (const { name, message } of reports.flatMap((report) => report.testResults).filter(({ message }) => message)) {
  console.log(`FAILED file: ${name}\n  ${indented(message)}`);
}
for (const test of tests.filter(({ status }) => status === 'failed')) {
  console.log(`FAILED: ${test.fullName}\n  ${indented(test.failureMessages[0] ?? '')}`);
}
const count = (status) => tests.filter((test) => test.status === status).length;
const skipped = tests.length - count('passed') - count('failed');
console.log(`${count('passed')} passed, ${count('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
