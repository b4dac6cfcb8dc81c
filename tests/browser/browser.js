// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A headless Chromium, and pages in it that are watched: a page that asks for anything but itself,
// that complains on the console, throws or opens a dialog has failed, whatever the case is about.
// There is no network from the start, so that a page that wants one is found out twice.

import { pathToFileURL } from 'node:url';

import { after, expectEqual } from './tap.js';

const { chromium } = await import(pathToFileURL(`${process.env.PLAYWRIGHT}/index.mjs`).href);

// Letters are drawn the same whatever the screen is thought to be.
const DRAWING = ['--force-color-profile=srgb', '--font-render-hinting=none', '--disable-lcd-text'];

// A page that does not answer by then hangs; a busy machine is slow.
const HANG_MS = 30_000;

export const DESKTOP = { width: 1280, height: 900 };

let browser = null;

async function launch() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: DRAWING });
  after(() => browser.close());
  return browser;
}

function watch(page, own) {
  const wrong = [];

  page.on('request', (request) => {
    if (request.url().split('#')[0] !== own && !request.url().startsWith('blob:null'))
      wrong.push(`asks for ${request.url()}`);
  });
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      wrong.push(`console: ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrong.push(`throws ${error.stack}`));
  page.on('crash', () => wrong.push('crashes'));
  page.on('dialog', (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return wrong;
}

// Opens the page at PATH, with HASH behind it, in a context of its own.
async function open(path, { hash = '', ...options }) {
  const context = await (browser ?? (await launch())).newContext({
    viewport: DESKTOP,
    offline: true,
    reducedMotion: 'reduce',
    locale: 'en-GB',
    ...options,
  });
  const page = await context.newPage();
  const own = pathToFileURL(path).href;
  const wrong = watch(page, own);

  page.setDefaultTimeout(HANG_MS);
  await page.goto(own + hash);
  await page.waitForSelector('body[data-ready="yes"]', { state: 'attached' });
  return { context, page, wrong };
}

// Gives BODY the open page, and asks afterwards whether anything was wrong with it.
export async function withPage(path, options, body) {
  const { context, page, wrong } = await open(path, options);

  try {
    await body(page);
    expectEqual(wrong, [], 'what is wrong with the page');
  } finally {
    await context.close();
  }
}
