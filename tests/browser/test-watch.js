// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What watches the pages sees what it is there for, and nothing in a page that is good.

import { writeFileSync } from 'node:fs';

import { withPage } from './browser.js';
import { inFolder } from './report.js';
import { expect, expectIn, main, test } from './tap.js';

// What is wrong with each of them, and what is said of it.
const BAD = {
  'a message on the console': ['<script>console.error("wrong")</script>', 'console: error: wrong'],
  'a warning': ['<script>console.warn("odd")</script>', 'console: warning: odd'],
  'an exception': ['<script>throw new Error("thrown")</script>', 'throws Error: thrown'],
  'a promise that fails': ['<script>Promise.reject(new Error("late"))</script>', 'late'],
  'a dialog': ['<script>alert(1)</script>', 'dialog: 1'],
  'a picture from elsewhere': [
    '<img src="https://example.org/picture.png">',
    'asks for https://example.org/',
  ],
  'another file': ['<link rel="stylesheet" href="style.css">', 'style.css'],
  'a style that asks': [
    '<style>body { background: url(https://example.org/b) }</style>',
    'asks for https://example.org/b',
  ],
  'a request': [
    '<script>fetch("https://example.org/").catch(() => {})</script>',
    'asks for https://example.org/',
  ],
};

async function lookAt(body) {
  const path = inFolder('watched.html');

  writeFileSync(
    path,
    `<!DOCTYPE html><meta charset="utf-8"><title>Watched</title><body data-ready="yes">${body}`,
  );
  await withPage(path, {}, (page) =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          requestAnimationFrame(() => requestAnimationFrame(resolve));
        }),
    ),
  );
}

for (const [what, [body, told]] of Object.entries(BAD)) {
  test(`${what} is seen`, async () => {
    const error = await lookAt(body).then(
      () => null,
      (each) => each,
    );
    expect(error !== null, 'nothing was said of it');
    expectIn(told, error.message, 'what was said');
  });
}

test('a page that is good is let pass', () => lookAt('<p>Good.</p>'));

await main();
