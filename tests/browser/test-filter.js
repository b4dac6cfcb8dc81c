// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Finding an event: by search, by what is left out, by a link to it.

import { withPage } from './browser.js';
import { needIsolation, reportOf } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import { lanes, search, select, selected, settle, until, visible } from './timeline.js';

const bug = () => reportOf('rebind-bug');

const shows = (page, events) =>
  until(page, (count) => window.rebound.visible().events === count, events);

async function expectShown(page, count, of, what) {
  await settle(page);
  expectEqual((await visible(page)).events, count, what);
  expectIn(
    `${count} of ${of}`,
    (await page.locator('#count').textContent()).replace(/[^\w ]/g, ''),
    'the count',
  );
  expectEqual(
    await page.getAttribute('#table', 'aria-rowcount'),
    String(count + 1),
    `${what}: rows`,
  );
}

function rowsOf(page) {
  return page
    .locator('#table tbody tr[data-event]')
    .evaluateAll((list) => list.map((row) => Number(row.dataset.event.slice(1))));
}

test('search finds what an event says, whatever the case of its letters', async () => {
  const { page: path, events } = bug();
  const refused = events.filter(({ error }) => error === 'ECONNREFUSED').map(({ n }) => n);

  await withPage(path, {}, async (page) => {
    await page.fill('#search', 'ECONNREFUSED');
    await until(page, (all) => window.rebound.visible().events < all, events.length);
    await settle(page);
    const { events: found, of } = await visible(page);
    expect(
      of === events.length && found >= refused.length && found < events.length / 2,
      `${found} of ${of}`,
    );
    const rows = await rowsOf(page);
    const texts = await page.locator('#table tbody tr[data-event]').allTextContents();
    expect(
      rows.length > 0 && texts.every((text) => /ECONNREFUSED|refused/i.test(text)),
      `rows: ${texts}`,
    );
    await page.fill('#search', 'no event says this');
    await shows(page, 0);
    expectEqual(await rowsOf(page), [], 'rows');
    await page.fill('#search', 'econnrefused');
    await shows(page, found);
    await expectShown(page, found, of, 'small letters');
    await page.fill('#search', '');
    await shows(page, events.length);
  });
});

test('search finds what only the words for people say', async () => {
  const { page: path, events } = reportOf('rebind-fix', '--set', 'reuse-address=no');
  const failed = events.filter(({ actor, kind }) => actor === 'script' && kind === 'failed').length;

  await withPage(path, {}, async (page) => {
    for (const text of ['NOT AS EXPECTED', 'not as expected', 'Not as Expected']) {
      await search(page, text);
      expectEqual((await visible(page)).events, failed, `events with “${text}”`);
    }
  });
});

test('what is searched for is no pattern', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    for (const text of [
      '(',
      '[',
      '\\',
      '.*',
      '*',
      '$',
      '<b>',
      '&lt;',
      'phone.connected',
      'phone?connected',
    ]) {
      await search(page, text);
      const all = events.filter((event) =>
        Object.values(event).some((value) => String(value).includes(text)),
      );
      const { events: found } = await visible(page);
      expect(
        all.length > 0
          ? found >= all.length && found < events.length / 2
          : found < events.length / 20,
        `“${text}”: ${found} found, ${all.length} have it in a field`,
      );
    }
  });
});

test('an actor that is left out has no lane and no events', async () => {
  const { page: path, events } = bug();
  const rest = events.filter(({ actor }) => actor !== 'phone');

  await withPage(path, {}, async (page) => {
    await page.click('#actors-menu summary');
    const box = page.locator('#actors-menu input[data-actor="phone"]');
    expect(await box.isChecked(), 'it is left out from the start');
    await box.uncheck();
    await shows(page, rest.length);
    await expectShown(page, rest.length, events.length, 'without phone');
    expect(!(await lanes(page)).some(({ actor }) => actor === 'phone'), 'phone has a lane');
    expectEqual(
      await page.locator('#labels .lane[data-actor="phone"]').count(),
      0,
      'labels of phone',
    );
    expectEqual(
      await page.evaluate(
        (n) => window.rebound.at(n),
        events.find(({ actor }) => actor === 'phone').n,
      ),
      null,
      'the place of its events',
    );
    expectIn(
      String(rest.length),
      await page.locator('#announce').textContent(),
      'what a screen reader hears',
    );
    await page.click('#filter-clear');
    await shows(page, events.length);
    expect(await box.isChecked(), 'the box after everything is shown');
    expect(await page.locator('#filter-clear').isHidden(), 'there is nothing to clear any more');
  });
});

test('groups and kinds can be left out', async () => {
  const { page: path, events } = bug();
  const refused = events.filter(({ kind }) => kind === 'refused').length;
  const script = events.filter(
    ({ actor, kind }) => actor === 'script' && ['statement', 'print'].includes(kind),
  ).length;

  await withPage(path, {}, async (page) => {
    await page.click('#kinds-menu summary');
    await page.locator('#kinds-menu input[data-kind="refused"]').uncheck();
    await expectShown(page, events.length - refused, events.length, 'without refusals');
    await page.locator('#kinds-menu input[data-group="script"]').uncheck();
    await expectShown(
      page,
      events.length - refused - script,
      events.length,
      'and without statements',
    );
    await page.locator('#kinds-menu input[data-group="script"]').check();
    await expectShown(page, events.length - refused, events.length, 'with statements again');
    await search(page, 'phone#1');
    await settle(page);
    expect(
      (await rowsOf(page)).every((n) => events[n - 1].kind !== 'refused'),
      'search brings them back',
    );
  });
});

test('a filter keeps the selection in sight, or says that it is gone', async () => {
  const { page: path, events } = bug();
  const { n } = events.find(({ kind }) => kind === 'bind-failed');

  await withPage(path, {}, async (page) => {
    await select(page, n);
    await search(page, 'EADDRINUSE');
    await settle(page);
    expectEqual((await selected(page)).n, n, 'the selection');
    expectEqual(
      await page.locator(`#table tr[data-event="e${n}"]`).getAttribute('aria-current'),
      'true',
      'its row',
    );
    await search(page, 'did-become-active');
    await settle(page);
    expectIn(
      'EADDRINUSE',
      await page.locator('#details').textContent(),
      'the details of what is filtered out',
    );
  });
});

test('menus close by Escape, and the focus goes back to what opened them', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#actors-menu summary');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#actors-menu[open]');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#actors-menu:not([open])');
    expect(
      await page.evaluate(() => document.activeElement.matches('#actors-menu summary')),
      'the focus is lost',
    );
  });
});

test('a link to an event selects it, shows it and lights its line', async () => {
  const { page: path, events } = bug();
  const event = events.find(({ kind }) => kind === 'bind-failed');

  await withPage(path, { hash: `#e${event.n}` }, async (page) => {
    expectEqual((await selected(page))?.n, event.n, 'selected when loaded');
    expectEqual(new URL(page.url()).hash, `#e${event.n}`, 'the address');
    const row = page.locator(`#table tr[data-event="e${event.n}"]`);
    expectEqual(await row.getAttribute('aria-current'), 'true', 'its row');
    const box = await row.boundingBox();
    const scroll = await page.locator('#events-scroll').boundingBox();
    expect(
      box.y >= scroll.y && box.y + box.height <= scroll.y + scroll.height + 1,
      'the row is out of sight',
    );
    expectIn('open', await page.locator('#script li.line.current').textContent(), 'the line');
    expect(
      (await page.getAttribute('#details-link', 'href')).endsWith(`#e${event.n}`),
      'the link in the details',
    );

    await page.evaluate(() => {
      location.hash = '#e42';
    });
    await until(page, () => window.rebound.selected()?.n === 42);
    await page.goBack();
    await until(page, (n) => window.rebound.selected()?.n === n, event.n);
    await page.click('#details-next');
    await until(page, (n) => window.rebound.selected()?.n === n, event.n + 1);
    await page.click('#details-prev');
    await until(page, (n) => window.rebound.selected()?.n === n, event.n);
  });
});

for (const hash of [
  '#e999999',
  '#e0',
  '#e-1',
  '#e1e2',
  '#e42.7',
  '#e',
  '#%',
  '#%00',
  '#e42%20',
  '#constructor',
  '#e99999999999999999999999',
  '#"><script>alert(1)</script>',
]) {
  test(`a link to nothing (${hash.replace('#', 'sharp ')}) selects nothing`, async () => {
    await withPage(bug().page, { hash }, async (page) => {
      expectEqual(await selected(page), null, 'the selection');
      expect((await visible(page)).events > 0, 'nothing is shown');
      await page.evaluate(() => {
        location.hash = '#e42';
      });
      await until(page, () => window.rebound.selected()?.n === 42);
      await page.evaluate((wrong) => {
        location.hash = wrong;
      }, hash);
      await settle(page);
    });
  });
}

await main(needIsolation);
