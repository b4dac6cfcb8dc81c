// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The timeline draws the run, and is moved about in by wheel, drag and buttons. What is asserted of
// a drawing is what a person sees: that states have colours that tell them apart, that what was at
// the pointer stays there.

import { withPage } from './browser.js';
import { needIsolation, reportOf } from './report.js';
import { expect, expectEqual, expectIn, main, test } from './tap.js';
import {
  at,
  boxOf,
  colours,
  drawn,
  isSameColour,
  lanes,
  lookAt,
  mainColour,
  select,
  selected,
  settle,
  until,
  view,
  wheelAt,
} from './timeline.js';

const bug = () => reportOf('rebind-bug');
const failed = () => reportOf('rebind-fix', '--set', 'reuse-address=no');

// A mark is drawn where its middle is said to be, to a pixel and what rounding adds.
const CLOSE = 1.5;

const near = (a, b) => Math.abs(a - b) <= CLOSE;

const zoomed = (page, zoom) => until(page, (least) => window.rebound.view().zoom > least, zoom);

function firstOf(events, kind) {
  return events.find((event) => event.kind === kind).n;
}

test('the canvas is not blank, and neither is the overview', async () => {
  await withPage(bug().page, {}, async (page) => {
    for (const selector of ['#canvas', '#overview']) {
      const box = await boxOf(page, selector);
      expect(box.width > 300 && box.height > 10, `${selector} is ${box.width} by ${box.height}`);
      const seen = Object.keys(await colours(page, box, selector));
      expect(seen.length >= 5, `${selector} has no more colours than ${seen}`);
    }
    const counts = await drawn(page);
    expect(
      counts.bars > 0 && counts.marks + counts.density > 0,
      `drawn: ${JSON.stringify(counts)}`,
    );
  });
});

test("the application's state is a band, a colour for each state", async () => {
  await withPage(bug().page, {}, async (page) => {
    const app = (await lanes(page)).find(({ actor }) => actor === 'app');
    const canvas = await boxOf(page, '#canvas');
    const paper = await mainColour(page, canvas);
    const seen = new Map();
    for (const { state, from_n: from, to_n: to } of app.states.filter((each) => each.from_n)) {
      const left = (await at(page, from)).x;
      const right = to ? (await at(page, to)).x : canvas.x + canvas.width;
      if (right - left < 6) continue;
      const colour = await mainColour(
        page,
        { x: left + 1, y: canvas.y + app.top, width: right - left - 2, height: app.height },
        { without: paper },
      );
      seen.set(state, [...(seen.get(state) ?? []), colour]);
    }
    expect(seen.has('active') && seen.has('suspended'), `states: ${[...seen.keys()]}`);
    for (const [state, [first, ...others]] of seen)
      for (const other of others)
        expect(isSameColour(first, other), `colours of ${state}: ${first} and ${other}`);
    const all = [...seen].map(([state, [colour]]) => [state, colour]);
    for (const [i, [state, colour]] of all.entries())
      for (const [other, its] of all.slice(i + 1))
        expect(!isSameColour(colour, its), `${state} and ${other} have one colour, ${colour}`);
  });
});

test('states of the application and of sockets begin and end with their events', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const all = await lanes(page);
    const app = all.find(({ actor }) => actor === 'app');
    const begins = { suspended: 'suspended', active: 'did-become-active' };
    for (const [state, kind] of Object.entries(begins)) {
      const seen = app.states.filter((each) => each.state === state).map(({ from_n }) => from_n);
      expectEqual(
        seen,
        events.filter((event) => event.kind === kind && event.actor === 'app').map(({ n }) => n),
        `${state} begins`,
      );
    }
    const changes = events.filter(({ kind }) => kind === 'state-changed');
    const sockets = all.flatMap((lane) => lane.sockets);
    for (const { n, connection, end, to } of changes.filter((event) => event.to !== 'CLOSED')) {
      const segments = sockets
        .filter((each) => each.connection === connection && each.end === end)
        .flatMap((each) => each.segments);
      expect(
        segments.some((segment) => segment.state === to && segment.from_n === n),
        `${connection} of ${end} in ${to} from event ${n}: ${JSON.stringify(segments)}`,
      );
    }
    expect(changes.length > 3, 'there were no changes');
  });
});

test('a state that lasts is drawn, however short the one before it was', async () => {
  const { page: path, events } = bug();
  const waits = events.find(({ kind, to }) => kind === 'state-changed' && to === 'TIME_WAIT');
  const ends = events.find(
    ({ kind, connection }) => kind === 'remainder-expired' && connection === waits.connection,
  );

  await withPage(path, {}, async (page) => {
    await page.locator('input[name=axis][value=linear]').check({ force: true });
    await until(page, () => window.rebound.view().axis === 'linear');
    await settle(page);
    const web = (await lanes(page)).find(({ actor }) => actor === 'web');
    const canvas = await boxOf(page, '#canvas');
    const [left, right] = [(await at(page, waits.n)).x + 10, (await at(page, ends.n)).x - 10];
    // Nothing else of this lane happens in the meantime.
    const seen = await colours(page, {
      x: left,
      y: canvas.y + web.top + 2,
      width: right - left,
      height: web.height - 4,
    });
    expect(
      right - left > 100 && Object.keys(seen).length > 2,
      `a minute of TIME_WAIT: ${JSON.stringify(seen)}`,
    );
  });
});

test('every actor has a lane with its name', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const names = await page
      .locator('#labels .lane')
      .evaluateAll((list) => list.map((label) => label.dataset.actor));
    for (const actor of new Set(events.map((event) => event.actor)))
      expect(names.includes(actor) || actor === 'kernel', `no lane of ${actor}: ${names}`);
    expectEqual(
      (await lanes(page)).map(({ actor }) => actor),
      names,
      'lanes, and their labels',
    );
  });
});

test('failed expectations are red', async () => {
  const { page: path, events } = failed();

  await withPage(path, {}, async (page) => {
    expect((await drawn(page)).failures > 0, 'no failure was drawn');
    const { x, y } = await at(page, firstOf(events, 'failed'));
    const seen = Object.keys(
      await colours(page, { x: x - 5, y: y - 5, width: 10, height: 10 }),
    ).map((colour) => colour.split(',').map(Number));
    expect(
      seen.some(([r, g, b]) => r > 1.5 * g && r > 1.5 * b && r > 120),
      `colours: ${seen}`,
    );
  });
  await withPage(bug().page, {}, async (page) => {
    expectEqual((await drawn(page)).failures, 0, 'failures drawn where nothing failed');
  });
});

test('the wheel zooms in and out at the pointer', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const n = firstOf(events, 'bind-failed');
    const before = await at(page, n);
    await wheelAt(page, before, { y: -300 });
    await zoomed(page, 1.05);
    await settle(page);
    const closer = await at(page, n);
    expect(near(closer.x, before.x), `from x ${before.x} to ${closer.x}`);
    const { zoom } = await view(page);
    await page.mouse.wheel(0, 120);
    await until(page, (most) => window.rebound.view().zoom < most, zoom);
    await settle(page);
    expect(near((await at(page, n)).x, before.x), 'it went astray on the way out');
    for (let i = 0; i < 40; i++) await page.mouse.wheel(0, 300);
    await until(page, () => window.rebound.view().zoom === 1);
    const { from, to, whole } = await view(page);
    expectEqual([from, to], [0, whole], 'the whole run, and no more');
  });
});

test('zooming in has an end, and what is at the pointer stays there up to it', async () => {
  await withPage(bug().page, {}, async (page) => {
    const { x, y } = await at(page, 9);
    // A pointer is at a whole pixel; what is beside it moves away from it as the picture grows.
    const pointer = { x: Math.round(x), y: Math.round(y) };
    for (let i = 0; i < 60; i++) await wheelAt(page, pointer, { y: -300 });
    await settle(page);
    const { from, to, zoom } = await view(page);
    expect(Number.isFinite(zoom) && zoom > 10 && to > from, `from ${from} to ${to}`);
    expect(
      near((await at(page, 9)).x, pointer.x + (x - pointer.x) * zoom),
      'the mark is somewhere else',
    );
    const counts = await drawn(page);
    expect(counts.marks + counts.bars > 0, `drawn: ${JSON.stringify(counts)}`);
  });
});

test('a drag pans, and what was taken hold of stays under the pointer', async () => {
  await withPage(bug().page, {}, async (page) => {
    const n = 9;
    await wheelAt(page, await at(page, n), { y: -600 });
    await zoomed(page, 1.5);
    await settle(page);
    const before = await at(page, n);
    const { from, zoom } = await view(page);
    const start = { x: before.x + 150, y: before.y };
    await page.mouse.move(start.x, start.y);
    await page.mouse.down();
    await page.mouse.move(start.x - 30, start.y, { steps: 3 });
    await page.mouse.move(start.x - 60, start.y, { steps: 3 });
    await page.mouse.up();
    await until(page, (left) => window.rebound.view().from > left, from);
    await settle(page);
    expect(near((await at(page, n)).x, before.x - 60), 'it did not move as the pointer did');
    expect(Math.abs((await view(page)).zoom / zoom - 1) < 1e-6, 'a drag has zoomed');
    expectEqual(await selected(page), null, 'a drag has selected something');
  });
});

test('a wheel that goes sideways pans, and so does Shift with it', async () => {
  await withPage(bug().page, {}, async (page) => {
    const place = await at(page, 9);
    await wheelAt(page, place, { y: -600 });
    await zoomed(page, 1.5);
    const { from, zoom } = await view(page);
    await page.mouse.wheel(80, 0);
    await until(page, (left) => window.rebound.view().from > left, from);
    const further = (await view(page)).from;
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, 80);
    await page.keyboard.up('Shift');
    await until(page, (left) => window.rebound.view().from > left, further);
    expect(Math.abs((await view(page)).zoom / zoom - 1) < 1e-6, 'it has zoomed');
  });
});

test('where the whole run is seen, a wheel that is turned outwards scrolls the page', async () => {
  await withPage(bug().page, { viewport: { width: 1280, height: 500 } }, async (page) => {
    const box = await boxOf(page, '#canvas');
    await page.mouse.move(box.x + 200, Math.min(box.y + 30, 480));
    await page.mouse.wheel(0, 200);
    await until(page, () => window.scrollY > 0);
    expectEqual((await view(page)).zoom, 1, 'zoom');
  });
});

test("the buttons zoom, a double click does, and the axis can be the clock's", async () => {
  await withPage(bug().page, {}, async (page) => {
    await page.click('#zoom-in');
    await zoomed(page, 1.05);
    const { zoom } = await view(page);
    await page.click('#zoom-out');
    await until(page, (most) => window.rebound.view().zoom < most, zoom);
    const place = await at(page, 9);
    await page.mouse.dblclick(place.x + 40, place.y);
    await zoomed(page, 1.05);
    await page.click('#zoom-all');
    await until(page, () => window.rebound.view().zoom === 1);

    expectEqual((await view(page)).axis, 'folded', 'the axis at first');
    await page.locator('input[name=axis][value=linear]').check({ force: true });
    await until(page, () => window.rebound.view().axis === 'linear');
    await settle(page);
    expectEqual((await drawn(page)).folds, 0, 'folds of the linear axis');
  });
});

test('the folded axis keeps the order, the linear one the scale', async () => {
  const { page: path, events } = reportOf('lock-with-passcode');

  await withPage(path, {}, async (page) => {
    await settle(page);
    const folded = [];
    for (const { n } of events) folded.push((await at(page, n)).x);
    folded.forEach((x, i) =>
      expect(i === 0 || x >= folded[i - 1], `event ${i + 1} is left of ${i}`),
    );
    await page.locator('input[name=axis][value=linear]').check({ force: true });
    await until(page, () => window.rebound.view().axis === 'linear');
    const [first, last] = [events[0], events.at(-1)];
    const left = (await at(page, first.n)).x;
    const right = (await at(page, last.n)).x;
    for (const { n, time_usec: time } of events) {
      const expected =
        left + ((right - left) * (time - first.time_usec)) / (last.time_usec - first.time_usec);
      expect(Math.abs((await at(page, n)).x - expected) < 3, `event ${n} is off the scale`);
    }
  });
});

test('empty time is folded, and the fold says so', async () => {
  const { page: path, events } = reportOf('pool-policies');
  const gaps = events
    .slice(1)
    .map((event, i) => ({ n: events[i].n, length: event.time_usec - events[i].time_usec }));
  const { n } = gaps.reduce((most, gap) => (gap.length > most.length ? gap : most));

  await withPage(path, {}, async (page) => {
    expect((await drawn(page)).folds > 0, 'the whole run says nothing of the hours left out');
    await lookAt(page, n);
    expect((await drawn(page)).folds > 0, 'nothing is folded');
    await page.locator('input[name=axis][value=linear]').check({ force: true });
    await until(page, () => window.rebound.drawn.folds === 0);
  });
});

test('a click selects what is nearest, and tells of it', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const event = events.find(({ kind }) => kind === 'bind-failed');
    await lookAt(page, event.n);
    const close = await at(page, event.n);
    await page.mouse.click(close.x, close.y);
    await until(page, () => window.rebound.selected() !== null);
    expectEqual((await selected(page)).n, event.n, 'the selected event');
    expectIn('EADDRINUSE', await page.locator('#details').textContent(), 'details');
    expectEqual(
      await page.locator('#details dd[data-field="error"]').textContent(),
      'EADDRINUSE',
      'error',
    );
    expectEqual(
      await page.locator('#table tr[aria-current="true"]').getAttribute('data-event'),
      `e${event.n}`,
      'the row',
    );
    expectIn(
      'EADDRINUSE',
      await page.locator('#announce').textContent(),
      'what a screen reader hears',
    );
    expectEqual(new URL(page.url()).hash, `#e${event.n}`, 'the address');
  });
});

test('hover gives details, and they go when the pointer does', async () => {
  const { page: path, events } = bug();

  await withPage(path, {}, async (page) => {
    const event = events.find(({ kind }) => kind === 'bind-failed');
    expect(await page.locator('#tooltip').isHidden(), 'there is a tooltip from the start');
    await lookAt(page, event.n);
    const place = await at(page, event.n);
    await page.mouse.move(place.x, place.y);
    await page.waitForSelector('#tooltip:not([hidden])');
    expectIn('EADDRINUSE', await page.locator('#tooltip').textContent(), 'the tooltip');
    const box = await boxOf(page, '#tooltip');
    expect(box.x >= 0 && box.x + box.width <= 1280, `it leaves the window: ${JSON.stringify(box)}`);
    await page.mouse.move(5, 5);
    await page.waitForSelector('#tooltip', { state: 'hidden' });
  });
});

test('packets are arrows between lanes when one looks closely', async () => {
  const { page: path, events } = bug();

  if (!events.some(({ kind }) => kind === 'packet')) throw new Error('the page has no packets');
  await withPage(path, {}, async (page) => {
    const n = firstOf(events, 'packet');
    await select(page, n);
    await page.focus('#timeline');
    await page.keyboard.press('Enter');
    await until(page, () => window.rebound.drawn.arrows > 0);
  });
});

await main(needIsolation);
