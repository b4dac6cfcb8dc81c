// SPDX-License-Identifier: LGPL-2.1-or-later
// Looking things up in sorted arrays: what makes a frame cost as much as the screen is wide, and
// not as much as the run is long.
"use strict";

const Search = {
  // The first index in [low, high) whose value is not below the one sought, else high.
  first(sorted, sought, low = 0, high = sorted.length) {
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle] < sought) low = middle + 1;
      else high = middle;
    }
    return low;
  },

  // The same, looked for from low upwards in growing steps: cheap where it is near.
  next(sorted, sought, low, high = sorted.length) {
    let step = 1;

    while (low + step < high && sorted[low + step] < sought) {
      low += step;
      step *= 2;
    }
    return Search.first(sorted, sought, low, Math.min(high, low + step + 1));
  },

  // The index of the value nearest to the one sought, or -1 in an empty array.
  nearest(sorted, sought) {
    const at = Search.first(sorted, sought);

    if (sorted.length === 0) return -1;
    if (at === sorted.length) return at - 1;
    return at > 0 && sought - sorted[at - 1] < sorted[at] - sought ? at - 1 : at;
  },
};
