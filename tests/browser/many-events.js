// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A run of 100,000 events, for whoever wants to know what a page does with it.

import { reportOf, writeScript } from './report.js';

export const MANY = 100_000;

// Two clients that are refused, or closed by a listener that comes and goes, every millisecond or
// three; with its segments each of their attempts is three events or ten.
const SCRIPT = `# A hundred thousand events.
listener web port=30000 reuse-address=yes on-accept=close background-policy=close-on-resign
client phone connect=web retry-every=1ms
client tablet connect=web retry-every=3ms

launch
repeat 3
  after 2s home
  after 3s open
end
`;

export function manyEvents(...words) {
  return reportOf(writeScript('many-events', SCRIPT), ...words);
}
