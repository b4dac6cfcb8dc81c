// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Two runs on one axis: bug and cure.

import { readFileSync } from 'node:fs';

import { withPage } from './browser.js';
import { compareReport, needIsolation, rebound } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import {
  at,
  boxOf,
  colours,
  lanes,
  search,
  select,
  selected,
  settle,
  until,
  view,
  visible,
} from './timeline.js';

let report = null;

const both = () => (report ??= compareReport());

const eventsOf = (value) =>
  rebound(['run', 'rebind-fix', '--set', `reuse-address=${value}`, '--format=jsonl'])
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map(JSON.parse);

test('each run has its verdict, its numbers and its settings', async () => {
  await withPage(both().page, {}, async (page) => {
    expectEqual(await page.getAttribute('body', 'data-runs'), '2', 'runs');
    expectEqual(
      await page
        .locator('section.run .verdict')
        .evaluateAll((list) => list.map((verdict) => verdict.dataset.status)),
      ['1', '0'],
      'statuses',
    );
    const settings = await page.locator('section.run ul.settings').allTextContents();
    expectIn('reuse-address=no', settings[0].replace(/\s/g, ''), 'settings of the first');
    expectIn('reuse-address=yes', settings[1].replace(/\s/g, ''), 'settings of the second');
  });
});

test('it says where they part, and goes there', async () => {
  await withPage(both().page, {}, async (page) => {
    expect(await page.locator('#parting').isVisible(), 'the place is not named');
    const link = page.locator('#parting a').first();
    expect(/^#e\d+(\.2)?$/.test(await link.getAttribute('href')), 'it is no link to an event');
    await link.click();
    await until(page, () => window.rebound.selected() !== null);
  });
});

test('both have lanes, on one axis: what is simultaneous stands at one place', async () => {
  const [first, second] = ['no', 'yes'].map(eventsOf);

  await withPage(both().page, {}, async (page) => {
    expectEqual(new Set((await lanes(page)).map(({ run }) => run)).size, 2, 'runs with lanes');
    // Up to where they part they are one.
    for (const { n } of first.filter((event, i) => i < 6 && event.kind === second[i].kind))
      expectEqual((await at(page, n, 0)).x, (await at(page, n, 1)).x, `where event ${n} stands`);
    await page.locator('input[name=axis][value=linear]').check({ force: true });
    await until(page, () => window.rebound.view().axis === 'linear');
    await settle(page);
    const start = (await at(page, 1, 0)).x;
    const scale = ({ time_usec: time, n }, run) =>
      at(page, n, run).then(({ x }) => (x - start) / time);
    const later = [first, second].map(
      (events) => events.filter(({ time_usec: time }) => time > 5e6)[0],
    );
    const scales = [await scale(later[0], 0), await scale(later[1], 1)];
    expect(Math.abs(scales[0] / scales[1] - 1) < 0.05, `scales: ${scales}`);
  });
});

// Whether something red goes down the lanes of RUN where event N of the first run stands.
async function isCrossed(page, n, run) {
  const { x } = await at(page, n, 0);
  const { y } = await boxOf(page, '#canvas');
  const [first] = (await lanes(page)).filter((lane) => lane.run === run);
  const strip = { x: x - 2, y: y + first.top, width: 4, height: first.height };
  const seen = Object.keys(await colours(page, strip)).map((colour) => colour.split(','));

  return seen.some(([r, g, b, alpha]) => r > 1.5 * g && r > 1.5 * b && alpha > 60);
}

test('the line of a failure is over the lanes of the run that has it', async () => {
  await withPage(both().page, {}, async (page) => {
    const failure = page.locator('[data-run="0"] ol.failures li a').last();
    const n = Number((await failure.getAttribute('href')).slice('#e'.length));
    expectEqual(
      [await isCrossed(page, n, 0), await isCrossed(page, n, 1)],
      [true, false],
      'the lanes that are crossed',
    );
  });
});

test('events of either run can be linked to, selected and searched', async () => {
  await withPage(both().page, { hash: '#e10.2' }, async (page) => {
    const { n, run } = await selected(page);
    expectEqual([n, run], [10, 1], 'the selected event');
    await select(page, 10, 0);
    await settle(page);
    expectEqual(new URL(page.url()).hash, '#e10', "the address of the first run's");
    await search(page, 'EADDRINUSE');
    await settle(page);
    expect((await visible(page)).events > 0, 'nothing is found');
    await page.focus('#timeline');
    await page.keyboard.press('+');
    await settle(page);
    expect((await view(page)).zoom > 1, 'it does not zoom');
  });
});

test('every event of both is in the table, with one row for what is the same in both', async () => {
  const counts = ['no', 'yes'].map((value) => eventsOf(value).length);

  await withPage(both().page, {}, async (page) => {
    const { of } = await visible(page);
    const rows = Number(await page.getAttribute('#table', 'aria-rowcount')) - 1;
    expect(of >= counts[0] + counts[1], `${of} events, and the runs have ${counts}`);
    expect(rows >= Math.max(...counts) && rows <= of, `${rows} rows of ${of} events`);
  });
});

test('it is the same to the byte in every run', () => {
  const pages = [both(), compareReport()].map(({ page }) => readFileSync(page));

  expect(pages[0].equals(pages[1]), 'two pages of the same comparison differ');
});

await main(needIsolation);
