// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Pictures of the html report, to be looked at: whether a page is beautiful no test can say.
//
//   tests/browser/play screenshots.js FOLDER [NAME…]
//
// makes those of the NAMEs (all of them if none is given) as FOLDER/NAME.png, and print.pdf.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { DESKTOP, withPage } from './browser.js';
import { hostileReport } from './hostile-run.js';
import { manyEvents } from './many-events.js';
import { compareReport, reportOf, writeScript } from './report.js';
import { clearAway } from './tap.js';
import { at, lookAt, select, setView, settle, view } from './timeline.js';

const [folder, ...wanted] = process.argv.slice(2);

const PHONE = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};
const LARGE = { viewport: { width: 1920, height: 1200 } };
const DARK = { colorScheme: 'dark' };

const bug = () => reportOf('rebind-bug');
const failed = () => reportOf('rebind-fix', '--set', 'reuse-address=no');
const of = ({ events }, sought) => events.find(({ kind }) => kind === sought).n;

// The event SOUGHT of REPORT, looked at closely.
function close(report, sought) {
  return async (page) => {
    await select(page, of(report, sought));
    await page.focus('#timeline');
    await page.keyboard.press('Enter');
  };
}

async function hover(page, report, sought) {
  const n = of(report, sought);

  await lookAt(page, n, 0.25);
  const place = await at(page, n);
  await page.mouse.move(place.x, place.y);
  await page.waitForSelector('#tooltip:not([hidden])');
}

async function narrowFilter(page) {
  await page.click('#kinds-menu summary');
  await page.fill('#search', 'refused');
}

// What is on it, how the page is opened, and what is done with it first.
const PICTURES = {
  light: [bug],
  dark: [bug, DARK],
  failed: [failed],
  'failed-dark': [failed, DARK],
  linear: [
    bug,
    {},
    (page) => page.locator('input[name=axis][value=linear]').check({ force: true }),
  ],
  selected: [bug, {}, (page) => select(page, of(bug(), 'bind-failed'))],
  'close-up': [bug, {}, (page) => close(bug(), 'bind-failed')(page)],
  'close-up-dark': [bug, DARK, (page) => close(bug(), 'bind-failed')(page)],
  hover: [bug, {}, (page) => hover(page, bug(), 'bind-failed')],
  filter: [bug, {}, narrowFilter],
  focus: [bug, {}, (page) => page.focus('#timeline')],
  large: [() => reportOf('day-in-the-life'), LARGE],
  pool: [() => reportOf('pool-policies'), {}],
  'ways-out': [() => reportOf('close-loses-data'), {}],
  narrow: [bug, PHONE],
  'narrow-dark': [failed, { ...PHONE, ...DARK }],
  sharp: [bug, { deviceScaleFactor: 2 }],
  least: [() => reportOf(writeScript('least', 'launch\n'))],
  hostile: [hostileReport],
  many: [manyEvents],
  'many-close-up': [
    manyEvents,
    {},
    async (page) => {
      const { whole } = await view(page);
      await setView(page, whole / 2, whole / 2 + whole / 2000);
    },
  ],
  compare: [compareReport],
  'compare-dark': [compareReport, DARK],
  'compare-narrow': [compareReport, PHONE],
  print: [failed, { print: true }],
};

async function picture(name, [report, options = {}, act = async () => {}]) {
  const path = join(folder, name);

  await withPage(report().page, { viewport: DESKTOP, ...options }, async (page) => {
    await act(page);
    await settle(page);
    if (options.print) {
      await page.pdf({ path: `${path}.pdf`, format: 'A4' });
      await page.emulateMedia({ media: 'print' });
      await settle(page);
    }
    // A window as high as the page: of what is out of sight nothing is drawn.
    const height = await page.evaluate(() => document.scrollingElement.scrollHeight);
    const { width } = page.viewportSize();
    await page.setViewportSize({ width, height: Math.max(height, page.viewportSize().height) });
    await settle(page);
    await page.screenshot({ path: `${path}.png` });
  });
  process.stdout.write(`${path}.png\n`);
}

const unknown = wanted.filter((name) => !(name in PICTURES));
if (folder === undefined || unknown.length > 0) {
  process.stderr.write(
    `usage: screenshots.js FOLDER [NAME…]; the names are ${Object.keys(PICTURES).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, how] of Object.entries(PICTURES))
    if (wanted.length === 0 || wanted.includes(name))
      await picture(name, how).catch((error) => {
        process.stderr.write(`${name}: ${error.message}\n`);
        process.exitCode = 1;
      });
}
await clearAway();
