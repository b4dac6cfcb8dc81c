// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The README's picture: the bug, and the cure, on one axis. docs/make-picture PROGRAM makes it.
//
// It is the page's upper part, without what the README says in its own words (why, the failures one
// by one), without the kernel's lane, which says the same once more, and without controls, which a
// picture cannot have.

import { statSync } from 'node:fs';

import { withPage } from './browser.js';
import { compareReport } from './report.js';
import { clearAway } from './tap.js';
import { settle } from './timeline.js';

// What a README shows is some 830 px wide: 1,200 pixels are sharp there, and no large file.
const WINDOW = { width: 960, height: 900 };
const SCALE = 1.25;

const LEFT_OUT = '.failures, .why, .ended, .origin, .source, .problem, #toolbar, #keys';

const file = process.argv[2];

async function clip(page) {
  const { y, height } = await page.locator('#legend').boundingBox();

  return { x: 0, y: 0, width: WINDOW.width, height: Math.ceil(y + height + 12) };
}

async function leaveOut(page) {
  await page.evaluate((selector) => {
    for (const each of document.querySelectorAll(selector)) each.style.display = 'none';
  }, LEFT_OUT);
  await page.evaluate(() => window.rebound.filter({ actors: ['kernel'] }));
  await settle(page);
}

const options = { viewport: WINDOW, deviceScaleFactor: SCALE };
await withPage(compareReport().page, options, async (page) => {
  await leaveOut(page);
  await page.screenshot({ path: file, clip: await clip(page), fullPage: true });
});
process.stdout.write(`${file}: ${statSync(file).size} bytes\n`);
await clearAway();
