// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How these programs speak TAP 13. A case is a name and a function; one that throws has failed, and
// the others are tried all the same. What a case leaves behind is cleared away by whoever made it,
// through after().

import { isDeepStrictEqual, inspect } from 'node:util';

// Nobody reads more of what was seen instead.
const MOST_LINES = 40;
const LONGEST_LINE = 600;

export class Skip extends Error {}

class Failure extends Error {}

const cases = [];
const cleanups = [];

export function test(name, body) {
  cases.push({ name, body });
}

export function after(cleanup) {
  cleanups.push(cleanup);
}

export function expect(holds, what) {
  if (!holds) throw new Failure(what);
}

export function expectEqual(seen, expected, what) {
  expect(
    isDeepStrictEqual(seen, expected),
    `${what}: expected ${inspect(expected, { depth: 6 })}, saw ${inspect(seen, { depth: 6 })}`,
  );
}

export function expectIn(part, text, what) {
  expect(text.includes(part), `${what}: expected “${part}” in:\n${text}`);
}

function tell(error) {
  const text = error instanceof Failure ? error.message : (error?.stack ?? String(error));
  const lines = text.split('\n').map((line) => line.slice(0, LONGEST_LINE));

  if (lines.length > MOST_LINES) lines.splice(MOST_LINES / 2, lines.length - MOST_LINES, '…');
  return lines.map((line) => `# ${line}\n`).join('');
}

async function report(number, { name, body }) {
  try {
    await body();
  } catch (error) {
    if (error instanceof Skip) {
      process.stdout.write(`ok ${number} ${name} # SKIP ${error.message}\n`);
      return true;
    }
    process.stdout.write(`not ok ${number} ${name}\n${tell(error)}`);
    return false;
  }
  process.stdout.write(`ok ${number} ${name}\n`);
  return true;
}

export async function clearAway() {
  while (cleanups.length > 0) await cleanups.pop()();
}

// Tries all cases. What cannot be had for any of them, BEGIN says by throwing Skip.
export async function main(begin = async () => {}) {
  try {
    await begin();
    process.stdout.write(`1..${cases.length}\n`);
    for (const [index, each] of cases.entries())
      if (!(await report(index + 1, each))) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof Skip)) throw error;
    process.stdout.write(`1..0 # SKIP ${error.message}\n`);
  } finally {
    await clearAway();
  }
}
