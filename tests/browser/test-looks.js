// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Light and dark, narrow and printed: the same page, and nothing in it that cannot be read.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

import { withPage } from './browser.js';
import { ENOUGH, ENOUGH_IF_LARGE, faintTexts } from './colours.js';
import { hasProgram, inFolder, needIsolation, reportOf } from './report.js';
import { expect, expectEqual, expectIn, main, Skip, test } from './tap.js';
import { at, drawn, lanes, mainColour, settle, until, view, wheelAt } from './timeline.js';

const failed = () => reportOf('rebind-fix', '--set', 'reuse-address=no');

const PHONE = { width: 390, height: 844 };
const PHONE_AND_TABLET = [PHONE, { width: 320, height: 640 }, { width: 768, height: 1024 }];

const openMenus = (page) =>
  page.evaluate(() => {
    document.querySelectorAll('details').forEach((each) => {
      each.open = true;
    });
  });

for (const colorScheme of ['light', 'dark']) {
  test(`${colorScheme}: every text has contrast enough`, async () => {
    await withPage(failed().page, { hash: '#e10', colorScheme }, async (page) => {
      await openMenus(page);
      expectEqual(
        await page.evaluate(faintTexts, [ENOUGH, ENOUGH_IF_LARGE]),
        [],
        'texts that are faint',
      );
    });
  });
}

test('what measures contrast finds a text that has none', async () => {
  await withPage(failed().page, {}, async (page) => {
    await page.evaluate(() => {
      document.getElementById('title').style.color = 'color-mix(in srgb, canvas 70%, gray)';
    });
    expectEqual(
      (await page.evaluate(faintTexts, [ENOUGH, ENOUGH_IF_LARGE])).length,
      1,
      'faint texts',
    );
  });
});

async function paper(page) {
  return page.evaluate(
    () =>
      [document.body, document.documentElement]
        .map((element) => getComputedStyle(element).backgroundColor)
        .find((colour) => colour !== 'rgba(0, 0, 0, 0)') ?? 'none',
  );
}

test("light and dark are the reader's choice, also while the page is open", async () => {
  const { page: path, events } = failed();
  const { n } = events.find(({ kind }) => kind === 'did-become-active');

  await withPage(path, { colorScheme: 'light' }, async (page) => {
    const before = await paper(page);
    const box = await page.locator('#canvas').boundingBox();
    const main = () => mainColour(page, box, { without: '0,0,0,0' });
    const ink = await main();
    const place = await at(page, n);
    await page.emulateMedia({ colorScheme: 'dark' });
    await settle(page);
    expect((await paper(page)) !== before, 'the page has kept its colour');
    expect((await main()) !== ink, 'the picture has kept its colours');
    expectEqual(await at(page, n), place, 'the place of an event');
    await page.emulateMedia({ colorScheme: 'light' });
    await settle(page);
    expectEqual(await paper(page), before, 'the page after all');
    expectEqual(await main(), ink, 'the picture after all');
  });
});

for (const viewport of PHONE_AND_TABLET) {
  test(`${viewport.width} pixels: nothing sticks out, and all of it is there`, async () => {
    await withPage(failed().page, { viewport, hash: '#e10' }, async (page) => {
      await openMenus(page);
      const { scroll, client } = await page.evaluate(() => ({
        scroll: document.scrollingElement.scrollWidth,
        client: document.scrollingElement.clientWidth,
      }));
      expect(scroll <= client, `the page is ${scroll} wide, the window ${client}`);
      expect((await lanes(page)).length > 2 && (await drawn(page)).bars > 0, 'nothing is drawn');
      const { width } = await page.locator('#canvas').boundingBox();
      expect(width >= viewport.width / 2, `the picture is ${width} wide`);
      for (const selector of [
        '#search',
        '#timeline',
        '#script',
        '#details',
        '#events-scroll',
        '.verdict',
      ])
        expect(await page.locator(selector).first().isVisible(), `${selector} cannot be seen`);
    });
  });
}

test('narrow: what is touched is large enough', async () => {
  await withPage(
    failed().page,
    { viewport: PHONE, hasTouch: true, isMobile: true },
    async (page) => {
      const small = await page
        .locator('button:visible, summary:visible, #search')
        .evaluateAll((list) =>
          list
            .map((each) => ({
              name: each.id || each.textContent,
              box: each.getBoundingClientRect(),
            }))
            // WCAG 2.2, 2.5.8.
            .filter(({ box }) => box.width < 24 || box.height < 24)
            .map(({ name }) => name),
        );
      expectEqual(small, [], 'controls that are too small');
    },
  );
});

test("the picture follows the window's size", async () => {
  await withPage(failed().page, {}, async (page) => {
    const { width } = await page.locator('#canvas').boundingBox();
    await page.setViewportSize(PHONE);
    await until(
      page,
      (was) => document.getElementById('canvas').getBoundingClientRect().width < was,
      width,
    );
    await settle(page);
    const { whole, from, to } = await view(page);
    expectEqual([from, to], [0, whole], 'what is seen');
    const last = await at(page, 1);
    expect(last.x > 0 && last.x < PHONE.width, `an event is at ${last.x}`);
  });
});

test('the picture is as sharp as the screen', async () => {
  await withPage(failed().page, { deviceScaleFactor: 2 }, async (page) => {
    const { backing, shown } = await page.locator('#canvas').evaluate((canvas) => ({
      backing: canvas.width,
      shown: canvas.getBoundingClientRect().width,
    }));
    expect(Math.abs(backing - 2 * shown) <= 2, `${backing} pixels on ${shown}`);
  });
});

async function print(page) {
  const path = inFolder('printed.pdf');

  writeFileSync(path, await page.pdf({ format: 'A4', printBackground: false }));
  return execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' });
}

test('printed, it has the verdict, the explanations and the table, in black on white', async () => {
  const { page: path, events } = failed();

  await withPage(path, { colorScheme: 'dark' }, async (page) => {
    await wheelAt(page, await at(page, 9), { y: -600 });
    await settle(page);
    const before = await view(page);
    await page.emulateMedia({ media: 'print' });
    await settle(page);
    expect(
      ['none', 'rgb(255, 255, 255)'].includes(await paper(page)),
      `the paper is ${await paper(page)}`,
    );
    for (const selector of ['#toolbar', '#tooltip'])
      expect(await page.locator(selector).isHidden(), `${selector} is printed`);
    await page.emulateMedia({ media: null });
    if (!hasProgram('pdftotext')) throw new Skip('there is no pdftotext (Debian: poppler-utils)');
    const text = (await print(page)).replace(/\s+/g, ' ');
    expectIn('NOT as expected'.toLowerCase(), text.toLowerCase(), 'the print');
    expectIn(
      events.find(({ cause }) => cause === 'address-in-use').text.slice(0, 60),
      text,
      'the print',
    );
    expectIn(`first 500 of ${events.length}`, text.replace(/[,\u202f]/g, ''), 'the print');
    expectEqual(
      (text.match(/ECONNREFUSED \(nobody/g) ?? []).length,
      events.slice(0, 500).filter(({ kind }) => kind === 'refused').length,
      'refusals that are printed',
    );
    await settle(page);
    expectEqual(await view(page), before, 'the view after printing');
  });
});

test('who has asked for less motion has none', async () => {
  await withPage(failed().page, {}, async (page) => {
    await page.click('#zoom-in');
    await settle(page);
    expectEqual(await page.evaluate(() => document.getAnimations().length), 0, 'animations');
  });
});

test('with forced colours the page is still there', async () => {
  await withPage(failed().page, { forcedColors: 'active' }, async (page) => {
    expect((await drawn(page)).bars > 0, 'nothing is drawn');
    expect(await page.locator('.verdict').isVisible(), 'there is no verdict');
  });
});

await main(needIsolation);
