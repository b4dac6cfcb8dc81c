// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What a person would do with the timeline, and what a person would see of it: its pixels. Where a
// mark is the page itself says (window.rebound), for tests alone.

import { expect } from './tap.js';

export const view = (page) => page.evaluate(() => window.rebound.view());
export const drawn = (page) => page.evaluate(() => window.rebound.drawn);
export const visible = (page) => page.evaluate(() => window.rebound.visible());
export const selected = (page) => page.evaluate(() => window.rebound.selected());
export const lanes = (page) => page.evaluate(() => window.rebound.lanes());

// As whoever types, but at once.
export function search(page, text) {
  return page.evaluate((sought) => window.rebound.filter({ search: sought }), text);
}

export function select(page, n, run = 0) {
  return page.evaluate(([which, of]) => window.rebound.select(which, of), [n, run]);
}

export function setView(page, from, to) {
  return page.evaluate(([a, b]) => window.rebound.setView(a, b), [from, to]);
}

// Brings event N into the middle of the picture, which then shows a PART of the run.
export async function lookAt(page, n, part = 0.1) {
  const { from, to, whole } = await view(page);
  const { x } = await at(page, n);
  const canvas = await boxOf(page, '#canvas');
  const middle = from + ((to - from) * (x - canvas.x)) / canvas.width;

  await setView(page, middle - (whole * part) / 2, middle + (whole * part) / 2);
}

// Where the mark of event N is on the screen.
export async function at(page, n, run = 0) {
  const place = await page.evaluate(([which, of]) => window.rebound.at(which, of), [n, run]);

  expect(place !== null, `event ${n} of run ${run} has no place in the timeline`);
  return place;
}

// Waits until HOLDS, a function of the page's, is true of ARGUMENT: what a person does is answered
// in the next frame, not in the same call.
export function until(page, holds, argument) {
  return page.waitForFunction(holds, argument, { polling: 'raf' });
}

// The page has drawn what it was told up to now.
export function settle(page) {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(resolve));
      }),
  );
}

export async function wheelAt(page, place, { x = 0, y = 0 }) {
  await page.mouse.move(place.x, place.y);
  await page.mouse.wheel(x, y);
}

// The colours within a rectangle of the canvas SELECTOR, in the page's coordinates: how often each.
export function colours(page, rectangle, selector = '#canvas') {
  return page.evaluate(
    ([{ x, y, width, height }, which]) => {
      const canvas = document.querySelector(which);
      const box = canvas.getBoundingClientRect();
      const scale = canvas.width / box.width;
      const [columns, rows] = [width, height].map((length) =>
        Math.max(1, Math.round(length * scale)),
      );
      // A copy: to read the page's own canvas again and again would make it a slower one.
      const copy = new OffscreenCanvas(columns, rows).getContext('2d', {
        willReadFrequently: true,
      });
      copy.drawImage(
        canvas,
        (x - box.x) * scale,
        (y - box.y) * scale,
        columns,
        rows,
        0,
        0,
        columns,
        rows,
      );
      const { data } = copy.getImageData(0, 0, columns, rows);
      const counts = {};

      for (let i = 0; i < data.length; i += 4) {
        const colour = data.slice(i, i + 4).join(',');
        counts[colour] = (counts[colour] ?? 0) + 1;
      }
      return counts;
    },
    [rectangle, selector],
  );
}

// The colour that most of the rectangle has, of those that are not WITHOUT.
export async function mainColour(page, rectangle, { without } = {}) {
  const counts = Object.entries(await colours(page, rectangle)).filter(
    ([colour]) => colour !== without,
  );

  return counts.sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'none';
}

// Whether two colours are one to the eye: a hatching is never the same to the bit.
export function isSameColour(a, b) {
  const [first, second] = [a, b].map((colour) => colour.split(',').map(Number));

  return first.every((channel, i) => Math.abs(channel - second[i]) < 10);
}

export function boxOf(page, selector) {
  return page.locator(selector).boundingBox();
}
