// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A hundred thousand events. How long a step takes is the benchmark's affair (bench-zoom.js); here
// is what does not depend on the clock: how much is drawn, and how much of it is in the page.

import { withPage } from './browser.js';
import { MANY, manyEvents } from './many-events.js';
import { needIsolation, reportOf } from './report.js';
import { expect, expectEqual, main, test } from './tap.js';
import { at, drawn, lanes, select, selected, setView, settle, view, visible } from './timeline.js';

// A lane is as wide as the screen: no more can be told apart in it than there are pixels. Marks,
// bars and what stands for many marks may each fill it.
const KINDS_OF_DRAWING = 3;

const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

test('the page shows all of them', async () => {
  const { page: path, events } = manyEvents();

  expect(events.length >= MANY, `only ${events.length} events`);
  await withPage(path, {}, async (page) => {
    const { events: shown, of } = await visible(page);
    expectEqual([shown, of], [events.length, events.length], 'events');
    for (const n of [1, MANY / 2, events.length]) {
      await select(page, n);
      expectEqual((await selected(page)).n, n, 'the selection');
      await settle(page);
      expectEqual(
        await page.locator('#table tr[aria-current="true"]').getAttribute('data-event'),
        `e${n}`,
        'its row',
      );
    }
  });
});

test('what is drawn is bounded by the picture and not by the run, at every distance', async () => {
  const { page: path } = manyEvents();

  await withPage(path, {}, async (page) => {
    const { width } = await page.locator('#canvas').boundingBox();
    const rows = (await lanes(page)).reduce((sum, lane) => sum + 1 + lane.sockets.length, 0);
    const most = KINDS_OF_DRAWING * width * Math.min(rows, 40);
    const { whole } = await view(page);
    const { x } = await at(page, MANY / 2);
    const box = await page.locator('#canvas').boundingBox();
    const middle = (whole * (x - box.x)) / box.width;
    for (let part = 1; part >= 1e-5; part /= 4) {
      const from = Math.max(0, middle - (whole * part) / 2);
      await setView(page, from, Math.min(whole, from + whole * part));
      const counts = await drawn(page);
      expect(
        total(counts) > 0 && total(counts) <= most,
        `at ${part} of it: ${JSON.stringify(counts)}, most ${most}`,
      );
    }
  });
});

test('the page has no more elements than that of a short run, but for the script', async () => {
  const count = (page) =>
    page.evaluate(() => document.querySelectorAll('body *:not(#script *)').length);
  const counts = [];

  for (const { page: path } of [reportOf('rebind-bug'), manyEvents()])
    await withPage(path, {}, async (page) => {
      await settle(page);
      counts.push(await count(page));
    });
  expect(counts[1] < 1.5 * counts[0] + 100, `elements: ${counts}`);
});

test('a filter of a hundred thousand is exact', async () => {
  const { page: path, events } = manyEvents();
  const refused = events.filter(({ kind }) => kind === 'refused').length;

  await withPage(path, {}, async (page) => {
    await page.click('#kinds-menu summary');
    await page.locator('#kinds-menu input[data-kind="refused"]').uncheck();
    await settle(page);
    expectEqual(
      (await visible(page)).events,
      events.length - refused,
      'events without the refused',
    );
  });
});

await main(needIsolation);
