// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the page says of a run is what the run's other reports say.

import { readFileSync } from 'node:fs';

import { withPage } from './browser.js';
import { inFolder, makeReport, needIsolation, reportOf } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import { select, selected, until } from './timeline.js';

const BUG = ['rebind-bug'];
const CURE = ['rebind-fix'];
const FAILED = ['rebind-fix', '--set', 'reuse-address=no'];

const squeeze = (text) => text.replace(/\s+/g, ' ').trim();
const textsOf = async (page, selector) =>
  (await page.locator(selector).allTextContents()).map(squeeze);

async function numberOf(page, name) {
  const text = await page.locator(`.numbers dd[data-number="${name}"]`).textContent();

  return Number(text.replace(/[^0-9.]/g, ''));
}

// The summary that the same run's log ends with.
function summaryOf({ text }) {
  const last = text.trim().split('\n').at(-1);
  const [, verdict, seconds, events, connections, expectations, failed] = last.match(
    /^(.*?): ([\d.]+) seconds .*?: (\d+) events?, (\d+) connections?, (\d+) expectations?, (\d+) failed$/,
  );

  return { verdict, numbers: [seconds, events, connections, expectations, failed].map(Number) };
}

for (const words of [BUG, CURE, FAILED]) {
  test(`${words.join(' ')}: verdict, numbers, causes and failures`, async () => {
    const report = reportOf(...words);
    const { page: path, status, events } = report;
    const { verdict, numbers } = summaryOf(report);

    await withPage(path, {}, async (page) => {
      const shown = page.locator('section.run .verdict');
      expectEqual(await shown.count(), 1, 'verdicts');
      expectEqual(await shown.getAttribute('data-status'), String(status), 'status');
      expectIn(verdict.toLowerCase(), (await shown.textContent()).toLowerCase(), 'verdict');

      const names = ['virtual_usec', 'events', 'connections', 'expectations', 'failed'];
      const seen = [];
      for (const name of names) seen.push(await numberOf(page, name));
      expectEqual(seen, numbers, names.join(', '));
      expectEqual(seen[1], events.length, 'events, and lines of JSON');

      const explained = events.filter(({ kind }) => kind === 'explanation');
      const why = await textsOf(page, 'section.why li');
      expectEqual(why.length, explained.length, 'explanations');
      explained.forEach((event, i) => expectIn(squeeze(event.text), why[i], 'an explanation'));
      const failed = events.filter(({ kind }) => kind === 'failed');
      expectEqual(
        await page
          .locator('ol.failures li a')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
        failed.map(({ n }) => `#e${n}`),
        'failures',
      );
      const told = await textsOf(page, 'ol.failures li');
      failed.forEach((event, i) => expectIn(squeeze(event.statement), told[i], 'a failure'));
    });
  });
}

test("the script's header is shown, and every statement that was played has its line", async () => {
  const { page: path, events } = reportOf(...BUG);

  await withPage(path, {}, async (page) => {
    expectIn('rebind-bug', await page.title(), "the window's title");
    expectIn(
      'The listening socket that does not come back',
      await page.locator('#title').textContent(),
      'the title',
    );
    expectIn(
      'a report on CFSocket in an iOS app',
      await page.locator('#summary .source').textContent(),
      'the source',
    );
    const places = new Set(events.filter(({ line }) => line !== undefined).map(({ line }) => line));
    const played = await page
      .locator('#script li.line.played')
      .evaluateAll((lines) => lines.map((line) => line.dataset.place));
    expectEqual([...played].sort(), [...places].sort(), 'lines with events');
    for (const { statement, line } of events.filter(({ kind }) => kind === 'statement'))
      expectIn(
        statement.split(' ')[0],
        await page.locator(`#script li.line[data-place="${line}"]`).textContent(),
        `line ${line}`,
      );
  });
});

test('the current line is that of the selected event', async () => {
  const { page: path, events } = reportOf(...BUG);

  await withPage(path, {}, async (page) => {
    for (const { n, line } of events.filter((event) => event.kind === 'statement')) {
      await select(page, n);
      const current = page.locator('#script li.line.current');
      expectEqual(await current.count(), 1, 'lines that are lit');
      expectEqual(await current.getAttribute('data-place'), line, `the line of event ${n}`);
      expectEqual(await current.getAttribute('aria-current'), 'true', 'aria-current');
      const [box, around] = await Promise.all(
        [current, page.locator('#script')].map((each) => each.boundingBox()),
      );
      expect(
        box.y >= around.y && box.y + box.height <= around.y + around.height,
        `line ${line} is out of sight`,
      );
    }
  });
});

test('the script begins with its first statement, whatever is said above it', async () => {
  await withPage(reportOf(...BUG).page, {}, async (page) => {
    const [first, around] = await Promise.all(
      [page.locator('#script li.line.played').first(), page.locator('#script-scroll')].map(
        (each) => each.boundingBox(),
      ),
    );
    expect(
      first.y >= around.y && first.y < around.y + around.height / 2,
      `the first statement is at ${first.y}, the script at ${around.y}`,
    );
  });
});

test('the table of events begins to show; a row that is clicked stays where it is', async () => {
  const viewport = { width: 1440, height: 1000 };

  await withPage(reportOf(...BUG).page, { viewport }, async (page) => {
    const row = page.locator('#table tr[data-event="e2"]');
    const before = await row.boundingBox();
    expect(before.y + before.height < viewport.height, `a row is at ${before.y}`);
    await row.click();
    await until(page, () => window.rebound.selected() !== null);
    expect(Math.abs((await row.boundingBox()).y - before.y) < 2, 'the row has moved');
  });
});

test('a failed expectation is marked in its line and its row', async () => {
  const { page: path, events } = reportOf(...FAILED);
  const failed = events.filter(({ kind }) => kind === 'failed');

  expect(failed.length > 0, 'nothing failed');
  await withPage(path, {}, async (page) => {
    expectEqual(
      await page
        .locator('#script li.line.failed')
        .evaluateAll((lines) => lines.map((line) => line.dataset.place)),
      failed.map(({ line }) => line).sort((a, b) => a - b),
      'lines that failed',
    );
    await page.locator('ol.failures li a').first().click();
    expectEqual((await selected(page)).n, failed[0].n, 'the event that is gone to');
    const row = page.locator(`#table tr[data-event="e${failed[0].n}"]`);
    expect(
      (await row.getAttribute('class')).split(' ').includes('failed'),
      'the row is not marked',
    );
  });
});

test('every event is there, with every field as it is in JSON Lines', async () => {
  const { page: path, events } = reportOf('pool-lock');

  await withPage(path, {}, async (page) => {
    expectEqual(
      await page.locator('#table').getAttribute('aria-rowcount'),
      String(events.length + 1),
      'rows',
    );
    for (const event of events) {
      const { n, time_usec, actor, kind, ...fields } = event;
      await select(page, n);
      const seen = await selected(page);
      expectEqual(
        [seen.n, seen.time_usec, seen.actor, seen.kind],
        [n, time_usec, actor, kind],
        `event ${n}`,
      );
      const shown = await page
        .locator('#details dd[data-field]')
        .evaluateAll((list) =>
          Object.fromEntries(list.map((dd) => [dd.dataset.field, dd.textContent])),
        );
      for (const [name, value] of Object.entries(fields).filter(
        ([, each]) => typeof each === 'string',
      ))
        expectEqual(shown[name], value, `event ${n}: ${name}`);
      for (const name of Object.keys(fields))
        expect(
          name in shown ||
            name.replace(/_usec$/, '') in shown ||
            name.replaceAll('_', '-') in shown,
          `event ${n}: no ${name} among ${Object.keys(shown)}`,
        );
    }
  });
});

test('the file is whole in itself: it has no addresses, and a policy', async () => {
  const { page: path } = reportOf(...BUG);
  const text = readFileSync(path, 'utf8');

  await withPage(path, {}, async (page) => {
    const policy = await page
      .locator('meta[http-equiv="Content-Security-Policy"]')
      .getAttribute('content');
    expectIn("default-src 'none'", policy, 'the policy');
    expect(!/unsafe-eval|https?:|\*/.test(policy), `the policy allows too much: ${policy}`);
    expectEqual(
      await page
        .locator('[src], link[href], [srcset]')
        .evaluateAll((list) =>
          list
            .map((each) => each.getAttribute('src') ?? each.getAttribute('href'))
            .filter((address) => !address?.startsWith('data:')),
        ),
      [],
      'addresses',
    );
    expectEqual(
      await page
        .locator('[id]')
        .evaluateAll((list) =>
          list.map(({ id }) => id).filter((id, i, all) => all.indexOf(id) !== i),
        ),
      [],
      'ids that are there twice',
    );
  });
  expect(text.startsWith('<!DOCTYPE html>'), 'it does not begin as a page does');
  expect(!text.includes(inFolder('')), 'the path of a temporary folder is in it');
});

test('a policy that forbids it is no ornament: the page can ask for nothing', async () => {
  await withPage(reportOf(...BUG).page, {}, async (page) => {
    const refused = page.evaluate(
      () =>
        new Promise((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) =>
            resolve(event.blockedURI),
          );
          new Image().src = 'https://example.org/';
        }),
    );
    expectIn('https://example.org', await refused, 'what was refused');
  }).catch((error) => {
    // The refusal itself is told on the console, and is what was wanted.
    if (!/console: error: .*violates the following Content Security Policy/.test(error.message))
      throw error;
  });
});

test('the page is the same to the byte in every run', () => {
  const pages = [1, 2].map(() => readFileSync(makeReport(...FAILED).page));

  expect(pages[0].equals(pages[1]), 'two pages of the same run differ');
});

await main(needIsolation);
