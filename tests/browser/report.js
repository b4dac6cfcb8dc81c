// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Runs of the program, and the reports that they write: the page, and beside it the same run's JSON
// Lines, which the page is held against.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { after, expect, Skip } from './tap.js';

// Messages are compared, so their language must not depend on who tests.
const ENVIRONMENT = { ...process.env, LC_ALL: 'C.UTF-8' };

// A run that has not ended by then hangs; a page of 100,000 events is made in seconds.
const HANG_MS = 120_000;
const MOST_BYTES = 1 << 30;

const folder = mkdtempSync(join(tmpdir(), 'rebound-browser-'));
after(() => rmSync(folder, { recursive: true }));

export function inFolder(name) {
  return join(folder, name);
}

export function rebound(words, options = {}) {
  const done = spawnSync(process.env.REBOUND, words, {
    encoding: 'utf8',
    env: ENVIRONMENT,
    timeout: HANG_MS,
    maxBuffer: MOST_BYTES,
    ...options,
  });

  if (done.error) throw done.error;
  return done;
}

// Where the machine allows no namespace, nothing can be played.
export function needIsolation() {
  const done = rebound(['run', '-'], { input: 'launch\n' });

  if (done.status === 77) throw new Skip(done.stderr.trim());
}

export function writeScript(name, text) {
  const path = inFolder(`${name}.life`);

  writeFileSync(path, text);
  return path;
}

function readEvents(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(JSON.parse);
}

let count = 0;

function nextStem() {
  return inFolder(`report-${++count}`);
}

// Plays SCRIPT: the status, the log for people, the page's path, and the events that it is to show.
export function makeReport(script, ...words) {
  const stem = nextStem();
  const page = `${stem}.html`;
  const done = rebound([
    'run',
    script,
    ...words,
    '--output',
    `html:${page}`,
    '--output',
    `jsonl:${stem}.jsonl`,
  ]);

  expect(
    done.status === 0 || done.status === 1,
    `run ${script} ${words.join(' ')}: status ${done.status}\n${done.stderr}`,
  );
  return { status: done.status, text: done.stdout, page, events: readEvents(`${stem}.jsonl`) };
}

const made = new Map();

// The same, once for all cases that want it.
export function reportOf(script, ...words) {
  const key = [script, ...words].join('\0');

  if (!made.has(key)) made.set(key, makeReport(script, ...words));
  return made.get(key);
}

// Bug and cure on one axis.
export function compareReport() {
  const page = `${nextStem()}.html`;
  const done = rebound([
    'compare',
    'rebind-fix',
    '--set',
    'reuse-address=no',
    '--with',
    'reuse-address=yes',
    '--output',
    `html:${page}`,
  ]);

  expect(done.status === 0 || done.status === 1, `compare: status ${done.status}\n${done.stderr}`);
  return { status: done.status, page, text: done.stdout };
}

export function hasProgram(name) {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
