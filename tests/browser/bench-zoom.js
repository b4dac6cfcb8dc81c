// SPDX-License-Identifier: LGPL-2.1-or-later
//
// How long a page of 100,000 events takes to answer a step of the wheel: from the event to the end
// of the frame that shows it, by the page's own clock. A step takes less than 100 ms, by which a
// person sees it as the same moment (Nielsen, Usability Engineering, 5.5).

import { statSync } from 'node:fs';

import { withPage } from './browser.js';
import { manyEvents } from './many-events.js';
import { needIsolation } from './report.js';
import { expect, main, test } from './tap.js';
import { drawn, settle, view } from './timeline.js';

const STEPS = 20;
const MOST_MS = 100;

// One step at the middle of the picture; runs in the page. A message that is sent in a frame comes
// behind what the frame has drawn.
function step(deltaY) {
  return new Promise((resolve) => {
    const canvas = document.getElementById('canvas');
    const { x, y, width } = canvas.getBoundingClientRect();
    const start = performance.now();

    canvas.dispatchEvent(
      new WheelEvent('wheel', {
        deltaY,
        clientX: x + width / 2,
        clientY: y + 20,
        bubbles: true,
        cancelable: true,
      }),
    );
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - start);
      port2.postMessage(null);
    });
  });
}

function tell(what, times) {
  const sorted = [...times].sort((a, b) => a - b);
  const figures = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)].map((ms) => ms.toFixed(1));

  process.stdout.write(
    `# ${what}: median ${figures[0]} ms, worst ${figures[1]} ms of ${times.length}\n`,
  );
  return sorted.at(-1);
}

test(`100,000 events: a step of the wheel is answered in less than ${MOST_MS} ms`, async () => {
  const { page: path, events } = manyEvents();
  const start = performance.now();

  await withPage(path, {}, async (page) => {
    process.stdout.write(
      `# ${events.length} events, ${(statSync(path).size / 1e6).toFixed(1)} MB: ` +
        `open after ${((performance.now() - start) / 1000).toFixed(2)} s, browser and all\n`,
    );
    await settle(page);
    const times = [];
    for (let i = 0; i < STEPS; i++)
      times.push(await page.evaluate(step, i < STEPS / 2 ? -200 : 200));
    const worst = tell('zoom', times);
    process.stdout.write(
      `# at ${(await view(page)).zoom.toFixed(2)}: ${JSON.stringify(await drawn(page))}\n`,
    );
    expect(worst < MOST_MS, `the worst step took ${worst} ms`);
  });
});

await main(needIsolation);
