// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The README's picture: the bug, and the cure, on one axis. docs/make-picture PROGRAM makes it.

import { statSync } from 'node:fs';

import { withPage } from './browser.js';
import { compareReport } from './report.js';
import { clearAway } from './tap.js';
import { settle } from './timeline.js';

// What a README shows is some 830 px wide; a picture of 1,200 pixels is sharp there, and small.
const WINDOW = { width: 800, height: 900 };
const SCALE = 1.5;

const file = process.argv[2];

// From the top of the page to the end of the timeline.
async function clip(page) {
  const { y, height } = await page.locator('#timeline').boundingBox();

  return { x: 0, y: 0, width: WINDOW.width, height: Math.ceil(y + height + 8) };
}

await withPage(
  compareReport().page,
  { viewport: WINDOW, deviceScaleFactor: SCALE },
  async (page) => {
    await settle(page);
    await page.screenshot({ path: file, clip: await clip(page), fullPage: true });
  },
);
process.stdout.write(`${file}: ${statSync(file).size} bytes\n`);
await clearAway();
