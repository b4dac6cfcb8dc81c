// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a script, a peer or a file's name says is text on the page, whatever it looks like.

import { withPage } from './browser.js';
import { hostileReport, TEXTS } from './hostile-run.js';
import { makeReport, needIsolation, writeScript } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import { search, select, selected, settle, until, visible } from './timeline.js';

const MEGABYTE = 1 << 20;

test('nothing of it becomes a part of the page', async () => {
  const { page: path } = hostileReport();
  const foreign = 'img, svg, iframe, object, embed, base, form, i:not([class]), b:not([class])';

  await withPage(path, {}, async (page) => {
    expectEqual(
      await page.locator('script').count(),
      await page.locator('html > head > script, body > script').count(),
      'scripts at their places',
    );
    expectEqual(
      await page
        .locator('script')
        .evaluateAll((list) => list.filter((each) => /^\s*alert/.test(each.textContent)).length),
      0,
      "scripts that are not the page's own",
    );
    expectEqual(
      await page.evaluate(
        (selector) =>
          [...document.querySelectorAll(selector)].map((each) => each.outerHTML.slice(0, 80)),
        foreign,
      ),
      [],
      "elements that are not the page's own",
    );
    expectEqual(
      await page.evaluate(() =>
        [...document.querySelectorAll('*')]
          .flatMap((each) => [...each.attributes])
          .filter(({ name, value }) => name.startsWith('on') || /^\s*javascript:/i.test(value))
          .map(({ name }) => name),
      ),
      [],
      'attributes that are programs',
    );
    expectIn(TEXTS[0], await page.locator('#summary').textContent(), 'the title');
    expectIn('<img src=x onerror=alert("name")>', await page.title(), "the window's title");
    expectIn(TEXTS[1], await page.locator('ul.settings').textContent(), 'the settings');
    expectIn(
      '<script>alert("comment")</script>',
      await page.locator('#script').textContent(),
      'the script',
    );
  });
});

test('each event says what the run said, to the letter', async () => {
  const { page: path, events } = hostileReport();

  await withPage(path, {}, async (page) => {
    for (const { n, kind, actor, time_usec: _, ...fields } of events) {
      await select(page, n);
      const shown = await page
        .locator('#details dd[data-field]')
        .evaluateAll((list) =>
          Object.fromEntries(list.map((dd) => [dd.dataset.field, dd.textContent])),
        );
      for (const [name, value] of Object.entries(fields).filter(
        ([, each]) => typeof each === 'string',
      ))
        if (
          !/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe]/.test(
            value,
          )
        )
          expectEqual(shown[name], value, `event ${n}, ${kind} of ${actor}: ${name}`);
        else expect(shown[name].length > 0, `event ${n}: ${name} is empty`);
    }
  });
});

test('what is written from right to left turns nothing else round', async () => {
  const { page: path, events } = hostileReport();
  const bare = 'a text that turns round what comes after it';

  await withPage(path, {}, async (page) => {
    const { n } = events.find((event) => JSON.stringify(event).includes('gnp.exe'));
    await select(page, n);
    await settle(page);
    // The marks are shown as what they are, or their effect ends with the element.
    const loose = await page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = [];
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (
          !/[\u202a-\u202e\u2066-\u2069\u200f]/.test(node.data) ||
          node.parentElement.closest('script, title, option')
        )
          continue;
        let element = node.parentElement;
        while (
          element &&
          !/isolate|plaintext/.test(getComputedStyle(element).unicodeBidi) &&
          getComputedStyle(element).display.startsWith('inline')
        )
          element = element.parentElement;
        if (
          element &&
          !/isolate|plaintext/.test(getComputedStyle(element).unicodeBidi) &&
          element.childNodes.length > 1
        )
          found.push(element.outerHTML.slice(0, 120));
      }
      return found;
    });
    expectEqual(loose, [], bare);
  });
});

test('it can be searched for as it is written', async () => {
  const { page: path } = hostileReport();

  await withPage(path, {}, async (page) => {
    for (const text of [TEXTS[0], TEXTS[4], TEXTS[8], TEXTS[12]]) {
      await search(page, text);
      await settle(page);
      expect((await visible(page)).events > 0, `“${text}” is not found`);
      await page.hover('#table tbody tr[data-event]');
    }
  });
});

test('the tooltip shows it as text', async () => {
  const { page: path, events } = hostileReport();
  const event = events.find(({ actor, kind }) => actor === 'script' && kind === 'failed');

  await withPage(path, {}, async (page) => {
    await select(page, event.n);
    await page.focus('#timeline');
    await page.keyboard.press('Enter');
    await settle(page);
    const { x, y } = await page.evaluate((n) => window.rebound.at(n), event.n);
    await page.mouse.move(x, y);
    await page.waitForSelector('#tooltip:not([hidden])');
    expectIn(event.statement, await page.locator('#tooltip').textContent(), 'the tooltip');
  });
});

test('ten megabytes in one event do no harm', async () => {
  // A line of a script is no longer than 1 MiB with its variables replaced; what it says may be.
  const script = writeScript(
    'long',
    `let part=${'A<'.repeat(1 << 14)}\n` +
      `client phone connect=127.0.0.1:30000 message="${'$part'.repeat(30)}"\nlaunch\n` +
      `print "${'{phone.message}'.repeat(11)}"\nhome\n`,
  );
  const { page: path, events } = makeReport(script);
  const longest = events.reduce((most, event) =>
    JSON.stringify(event).length > JSON.stringify(most).length ? event : most,
  );

  expect(JSON.stringify(longest).length >= 10 * MEGABYTE, 'no event is that long');
  await withPage(path, {}, async (page) => {
    await select(page, longest.n);
    await settle(page);
    expectEqual((await selected(page)).n, longest.n, 'the selection');
    expectIn('A<A<A<', await page.locator('#details').textContent(), 'the details');
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.scrollingElement.scrollWidth,
      client: document.scrollingElement.clientWidth,
    }));
    expect(scroll <= client, `the page is ${scroll} wide, the window ${client}`);
    const height = await page.evaluate(() => document.scrollingElement.scrollHeight);
    expect(height < 20_000, `the page is ${height} high`);
    await page.fill('#search', 'did-enter-background');
    await until(
      page,
      () => window.rebound.visible().events > 0 && window.rebound.visible().events < 5,
    );
    await page.focus('#events-scroll');
    await page.keyboard.press('Home');
    await until(page, (n) => window.rebound.selected()?.n !== n, longest.n);
  });
});

await main(needIsolation);
