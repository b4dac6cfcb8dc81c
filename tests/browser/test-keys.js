// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Everything can be done without a pointer and without a look at the screen: the keys of the
// timeline, of the table and of the script, the way of Tab through the page, names and roles.

import { withPage } from './browser.js';
import { needIsolation, reportOf } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import { lanes, select, selected, settle, until, view } from './timeline.js';

const bug = () => reportOf('rebind-bug');
const failed = () => reportOf('rebind-fix', '--set', 'reuse-address=no');

// More stops than any of the pages has.
const MOST_STOPS = 300;

async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
  await settle(page);
}

async function selectedN(page) {
  return (await selected(page))?.n ?? null;
}

test('+ = - 0 zoom the timeline', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#timeline');
    const zooms = [];
    for (const key of ['+', '=', '-', '0']) {
      await press(page, key);
      zooms.push((await view(page)).zoom);
    }
    const [plus, equals, minus, all] = zooms;
    expect(plus > 1 && equals > plus && minus < equals && all === 1, `zooms: ${zooms}`);
  });
});

test('arrows pan where nothing is selected, with Shift always; Home and End', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    await page.focus('#timeline');
    await press(page, '+', '+', '+', 'Home');
    const first = await view(page);
    await press(page, 'ArrowRight');
    const second = await view(page);
    expect(second.from > first.from && second.zoom === first.zoom, 'right');
    await press(page, 'ArrowLeft');
    expect((await view(page)).from < second.from, 'left');
    await press(page, 'End');
    const last = await view(page);
    expect(last.to > second.to, 'End');
    await select(page, events[0].n);
    await settle(page);
    const before = await view(page);
    await press(page, 'Shift+ArrowRight');
    expect((await view(page)).from > before.from, 'Shift+right with a selection');
    expectEqual(await selectedN(page), events[0].n, 'what is selected');
  });
});

test('j and k go from event to event', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#timeline');
    await press(page, 'Home', 'j');
    const first = await selectedN(page);
    await press(page, 'j', 'j');
    expectEqual(await selectedN(page), first + 2, 'after j twice');
    await press(page, 'k');
    expectEqual(await selectedN(page), first + 1, 'after k');
    const { text } = await selected(page);
    expectIn(text, await page.locator('#announce').textContent(), 'what a screen reader hears');
  });
});

test('arrows stay in the lane, or leave it, where something is selected', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const ofPhone = events.filter(({ actor }) => actor === 'phone').map(({ n }) => n);
    const event = (await page.evaluate((n) => window.rebound.at(n), ofPhone[2])) && ofPhone[2];
    await select(page, event);
    await page.focus('#timeline');
    await press(page, 'ArrowRight');
    expectEqual(await selectedN(page), ofPhone[3], 'the next of the lane');
    await press(page, 'ArrowLeft', 'ArrowLeft');
    expectEqual(await selectedN(page), ofPhone[1], 'the one before');
    const names = (await lanes(page)).map(({ actor }) => actor);
    const start = (await selected(page)).actor;
    await press(page, 'ArrowUp');
    const above = (await selected(page)).actor;
    expect(names.indexOf(above) < names.indexOf(start), `above ${start}: ${above} of ${names}`);
    await press(page, 'ArrowDown');
    const below = (await selected(page)).actor;
    expect(names.indexOf(below) > names.indexOf(above), `below ${above}: ${below} of ${names}`);
  });
});

test('f and Shift+f go from failure to failure', async () => {
  const { page: path, events } = failed();
  const all = events.filter(({ kind }) => kind === 'failed').map(({ n }) => n);

  await withPage(path, {}, async (page) => {
    await page.focus('#timeline');
    const seen = [];
    for (const _ of all) {
      await press(page, 'f');
      seen.push(await selectedN(page));
    }
    expectEqual(seen, all, 'failures');
    await press(page, 'Shift+F');
    expectEqual(await selectedN(page), all.at(-2), 'the one before');
    expect(
      await page.locator('#failed-next').isVisible(),
      'there is no button for the next failure',
    );
  });
  await withPage(bug().page, {}, async (page) => {
    expect(
      await page.locator('#failed-next').isHidden(),
      'nothing failed, and there is the button',
    );
    await page.focus('#timeline');
    await press(page, 'f');
    expectEqual(await selectedN(page), null, 'where nothing failed');
  });
});

test('Enter looks closely at what is selected, Escape lets go of it', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const { n } = events.find(({ kind }) => kind === 'bind-failed');
    await select(page, n);
    await page.focus('#timeline');
    await press(page, 'Enter');
    const { zoom } = await view(page);
    expect(zoom > 1, `zoom ${zoom}`);
    const { x } = await page.evaluate((which) => window.rebound.at(which), n);
    const canvas = await page.locator('#canvas').boundingBox();
    expect(
      x > canvas.x && x < canvas.x + canvas.width,
      `the event is at ${x}, outside of the picture`,
    );
    await press(page, 'Escape');
    expectEqual(await selectedN(page), null, 'after Escape');
    expectEqual(new URL(page.url()).hash, '', 'the address after Escape');
  });
});

test('/ goes to the search box from anywhere, and is a letter in it', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#events-scroll');
    await press(page, '/');
    expectEqual(await page.evaluate(() => document.activeElement.id), 'search', 'the focus');
    await press(page, '/');
    expectEqual(await page.inputValue('#search'), '/', 'what is in the box');
  });
});

test('letters that are typed into the search box are no keys', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#search');
    await page.keyboard.type('jf0-+?');
    await settle(page);
    expectEqual(await page.inputValue('#search'), 'jf0-+?', 'what is in the box');
    expectEqual(await selectedN(page), null, 'the selection');
    expectEqual((await view(page)).zoom, 1, 'zoom');
  });
});

test("keys with Ctrl, Alt or Meta are the browser's", async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#timeline');
    const taken = await page.evaluate(() =>
      ['j', 'f', '0', '+', '-', '/'].flatMap((key) =>
        ['ctrlKey', 'altKey', 'metaKey']
          .filter(
            (modifier) =>
              !document.getElementById('timeline').dispatchEvent(
                new KeyboardEvent('keydown', {
                  key,
                  [modifier]: true,
                  bubbles: true,
                  cancelable: true,
                }),
              ),
          )
          .map((modifier) => `${modifier} ${key}`),
      ),
    );
    expectEqual(taken, [], 'keys that were taken away');
    expectEqual(await selectedN(page), null, 'the selection');
  });
});

test('? tells of the keys', async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.focus('#timeline');
    await press(page, '?');
    const help = await page.locator('#keys').textContent();
    expect(await page.locator('#keys').isVisible(), 'the keys cannot be seen');
    for (const key of ['j', 'k', 'f', 'Enter', 'Esc', '/']) expectIn(key, help, 'the keys');
  });
});

test('the table is gone through by keys', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    await page.focus('#events-scroll');
    const seen = [];
    for (const key of ['Home', 'ArrowDown', 'j', 'ArrowUp', 'k', 'PageDown', 'PageUp', 'End']) {
      await press(page, key);
      seen.push(await selectedN(page));
      const row = await page.locator('#table tr[aria-current="true"]').boundingBox();
      const box = await page.locator('#events-scroll').boundingBox();
      expect(
        row.y >= box.y - 1 && row.y + row.height <= box.y + box.height + 1,
        `${key}: the row is out of sight`,
      );
    }
    expectEqual(seen.slice(0, 5), [1, 2, 3, 2, 1], 'Home, down, j, up, k');
    expect(seen[5] > 2 && seen[6] < seen[5], `PageDown, PageUp: ${seen}`);
    expectEqual(seen[7], events.at(-1).n, 'End');
  });
});

test('the script is gone through by keys', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    await page.locator('#script [tabindex="0"]').first().focus();
    const seen = [];
    for (let i = 0; i < 2; i++) {
      await press(page, 'ArrowDown', 'Enter');
      const n = await selectedN(page);
      expect(n !== null, 'Enter has selected nothing');
      seen.push(n);
    }
    expect(
      seen[1] > seen[0] && events[seen[1] - 1].line !== events[seen[0] - 1].line,
      `events ${seen}`,
    );
  });
});

// What has the focus: a name for it that tells it from the others, and whether the focus is seen.
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    const style = getComputedStyle(element);
    // A hidden radio button or box shows its focus on what stands for it.
    const shown = [element, element.nextElementSibling, element.parentElement]
      .filter(Boolean)
      .map((each) => getComputedStyle(each))
      .some(
        ({ outlineStyle, outlineWidth, boxShadow }) =>
          (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none',
      );

    element.dataset.visited = 'yes';
    return {
      name: element.id || element.outerHTML.slice(0, 100),
      body: element === document.body,
      seen: shown && style.visibility === 'visible',
      known: element.matches(':focus-visible'),
    };
  });
}

function stops(page) {
  return page.evaluate(() => {
    const all = [
      ...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]'),
    ];

    return all
      .filter(
        (element) =>
          element.checkVisibility({ visibilityProperty: true }) &&
          !element.disabled &&
          !element.dataset.visited &&
          element.tabIndex >= 0 &&
          // Of radio buttons only the chosen one is a stop.
          !(element.type === 'radio' && !element.checked),
      )
      .map((element) => element.outerHTML.slice(0, 160));
  });
}

test('Tab comes to every control, and where the focus is can be seen', async () => {
  await withPage(failed().page, { hash: '#e10' }, async (page) => {
    await page.evaluate(() =>
      document.querySelectorAll('details').forEach((each) => {
        each.open = true;
      }),
    );
    const blind = [];
    let count = 0;
    for (; count < MOST_STOPS; count++) {
      await page.keyboard.press('Tab');
      const { name, body, seen, known } = await focused(page);
      if (body) break;
      if (!seen || !known) blind.push(name);
    }
    expect(count > 10 && count < MOST_STOPS, `${count} stops`);
    expectEqual(blind, [], 'stops at which the focus is not seen');
    expectEqual(await stops(page), [], 'controls that Tab does not come to');
  });
});

test("a pointer's click does not leave the keyboard behind", async () => {
  await withPage(bug().page, {}, async (page) => {
    const box = await page.locator('#canvas').boundingBox();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await press(page, 'Home', 'j');
    expect((await selectedN(page)) !== null, 'j after a click has selected nothing');
  });
});

const NAMED = [
  'button',
  'link',
  'checkbox',
  'radio',
  'searchbox',
  'textbox',
  'table',
  'application',
  'toolbar',
  'complementary',
  'region',
  'DisclosureTriangle',
  'heading',
  'slider',
  'listbox',
  'option',
];

async function accessibility(page) {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');

  return nodes
    .filter(({ ignored }) => !ignored)
    .map((node) => ({
      role: node.role?.value,
      name: node.name?.value ?? '',
      description: node.description?.value ?? '',
    }));
}

test('every control has a role and a name, and the page its landmarks', async () => {
  await withPage(failed().page, { hash: '#e10' }, async (page) => {
    await page.evaluate(() =>
      document.querySelectorAll('details').forEach((each) => {
        each.open = true;
      }),
    );
    const nodes = await accessibility(page);
    expectEqual(
      nodes.filter(({ role, name }) => NAMED.includes(role) && name.trim() === ''),
      [],
      'without a name',
    );
    for (const role of [
      'banner',
      'main',
      'toolbar',
      'application',
      'table',
      'status',
      'searchbox',
      'complementary',
    ])
      expect(
        nodes.some((node) => node.role === role),
        `there is no ${role}`,
      );
    const timeline = nodes.find(({ role }) => role === 'application');
    expect(timeline.description.length > 20, 'the timeline does not say which keys it has');
    const script = nodes.filter(({ role }) => role === 'complementary').map(({ name }) => name);
    expectEqual(new Set(script).size, script.length, `names of landmarks: ${script}`);
  });
});

test('headings are in order, and the language is told', async () => {
  await withPage(bug().page, {}, async (page) => {
    const levels = await page
      .locator('h1, h2, h3, h4')
      .evaluateAll((list) =>
        list.filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1])),
      );
    expectEqual(levels.filter((level) => level === 1).length, 1, 'headings of the first level');
    levels.forEach((level, i) =>
      expect(i === 0 || level <= levels[i - 1] + 1, `levels: ${levels}`),
    );
    expectEqual(await page.getAttribute('html', 'lang'), 'en', 'the language');
  });
});

test('the table behind the picture is one of all events, whatever rows are there', async () => {
  const { page: path, events } = failed();

  await withPage(path, { hash: '#e900' }, async (page) => {
    expectEqual(
      await page.getAttribute('#table', 'aria-rowcount'),
      String(events.length + 1),
      'rows',
    );
    const rows = await page
      .locator('#table tbody tr[data-event]')
      .evaluateAll((list) =>
        list.map((row) => [row.dataset.event, row.getAttribute('aria-rowindex')]),
      );
    expect(rows.length > 5 && rows.length < 300, `${rows.length} rows are there`);
    for (const [event, index] of rows)
      expectEqual(Number(index), Number(event.slice(1)) + 1, `the place of ${event}`);
    const heads = await page
      .locator('#table thead th')
      .evaluateAll((list) =>
        list.map((head) => head.getAttribute('scope') === 'col' && head.textContent.trim() !== ''),
      );
    expect(heads.length >= 4 && heads.every(Boolean), 'columns without a heading');
  });
});

await main(needIsolation);
