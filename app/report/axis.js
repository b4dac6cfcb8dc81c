// SPDX-License-Identifier: LGPL-2.1-or-later
// Where an event stands. A handler takes no virtual time, so many events share an instant, and
// between instants may be hours: neither time nor order alone makes a picture. The folded axis
// gives each event a slot, in order of their numbers, and each gap between two instants room by its
// length, to scale up to some limit; what is longer is folded, and says how long it was. What
// repeats itself gets less room the more often it has come: three hundred refusals shall not push
// the one cause out of sight.
//
// The linear axis is the clock's. There the events of an instant stand so close together that only
// a close look takes them apart.
//
// Two runs have one axis: an instant is as wide as it is in the run with more to tell of it.
"use strict";

const Axis = (() => {
  const SHORT_SLOTS = 3; // the width of a short gap, one of the lower quarter
  const FOLD_SLOTS = 14; // no gap is wider
  const LEAST_SLOT = 0.002; // what is left of a slot however often the same has come
  const REPETITIONS = 1.5; // after so many in step it has half its width
  const OCCURRENCES = 100; // and after so many in whatever order
  const CLOSE_SLOTS = 1.5; // of the narrowest that there is, at the closest look
  const LONG_USEC = 60e6; // a fold of a minute is marked, or of a twentieth of the run
  const MARGIN = 1 / 80; // of the run, before the first mark and behind the last: some are half cut
  const END_SLOTS = 4; // behind the last event: what lasts to the end is seen to do so

  // What an event says, as a number: the same where but figures differ, as those of a connection or
  // a segment do. Statements of the script are the same only when they are.
  function likenessOf(model) {
    const known = new Map();
    const ofString = new Int32Array(model.texts.length).fill(-1);

    return g => {
      const string = model.text[g];
      const group = model.groupOf(g);
      if (group === "script" || group === "checks") return -1 - string;
      if (ofString[string] < 0) {
        const like = Text.brief(model.texts[string]).replace(/\d+/g, "#");
        if (!known.has(like)) known.set(like, known.size);
        ofString[string] = known.get(like);
      }
      return model.actor[g] * 16777216 + ofString[string];
    };
  }

  // How much room each event gets: the run is compared with itself, a period earlier.
  function slotsOf(model) {
    const slots = new Float32Array(model.length);
    const likeness = likenessOf(model);

    for (const run of model.runs) {
      const known = new Map();
      for (let g = run.first; g < run.first + run.length; g++) {
        const key = likeness(g);
        const like = known.get(key);
        if (like === undefined) {
          known.set(key, { last: g, period: 0, repeated: 0, count: 0 });
          slots[g] = 1;
          continue;
        }
        // Out of step it is half as familiar.
        like.repeated = g - like.last === like.period ? like.repeated + 1 : like.repeated >> 1;
        like.period = g - like.last;
        like.last = g;
        like.count++;
        slots[g] = 1 / (1 + like.repeated / REPETITIONS) / (1 + like.count / OCCURRENCES);
        slots[g] = Math.max(LEAST_SLOT, slots[g]);
      }
    }
    return slots;
  }

  const leastOf = slots => slots.reduce((least, slot) => Math.min(least, slot), 1);

  // Calls back for each instant with the range of each run's events in it.
  function forEachInstant(model, found) {
    const next = model.runs.map(run => run.first);
    const ends = model.runs.map(run => run.first + run.length);

    for (;;) {
      let time = Infinity;
      next.forEach((g, run) => {
        if (g < ends[run] && model.time[g] < time) time = model.time[g];
      });
      if (time === Infinity) return;
      const ranges = next.map((g, run) => {
        let end = g;
        while (end < ends[run] && model.time[end] === time) end++;
        next[run] = end;
        return [g, end];
      });
      found(time, ranges);
    }
  }

  function instantsOf(model, slots) {
    const instants = [];

    forEachInstant(model, (time, ranges) => {
      let width = 0;
      let novelty = 0;
      for (const [from, to] of ranges) {
        let sum = 0;
        for (let g = from; g < to; g++) {
          sum += slots[g];
          if (slots[g] > novelty) novelty = slots[g];
        }
        if (sum > width) width = sum;
      }
      instants.push({ time, ranges, width, novelty, from: 0, to: 0, gap: 0, folded: false });
    });
    return instants;
  }

  // A short gap of this run: a quarter of all are no longer.
  function shortGapOf(instants) {
    const gaps = instants.slice(1).map((instant, i) => instant.time - instants[i].time);

    gaps.sort((a, b) => a - b);
    return gaps.length > 0 ? gaps[gaps.length >> 2] : 1;
  }

  function fold(model) {
    const slots = slotsOf(model);
    const instants = instantsOf(model, slots);
    const short = shortGapOf(instants);
    const positions = new Float64Array(model.length);
    let at = 0.5;

    instants.forEach((instant, i) => {
      if (i > 0) {
        const gap = instant.time - instants[i - 1].time;
        const room = (SHORT_SLOTS * gap) / short;
        instant.folded = room > FOLD_SLOTS;
        instant.gap = Math.max(1, Math.min(room, FOLD_SLOTS)) * instant.novelty;
        at += instant.gap;
      }
      instant.from = at;
      for (const [from, to] of instant.ranges) {
        let slot = at;
        for (let g = from; g < to; g++) {
          positions[g] = slot;
          slot += slots[g];
        }
      }
      at += instant.width;
      // The last slot of an instant has its events at its beginning.
      instant.to = Math.max(instant.from, at - Math.min(1, instant.novelty));
    });
    markLong(instants);
    const margin = at * MARGIN;
    shift(instants, positions, margin);
    const whole = at + margin + Math.max(margin, END_SLOTS);
    return { instants, positions, whole, closest: CLOSE_SLOTS * leastOf(slots) };
  }

  // Folds that are worth a mark of their own; whatever is beside them is a matter of seconds.
  function markLong(instants) {
    const last = instants.length > 0 ? instants[instants.length - 1].time : 0;
    const least = Math.min(LONG_USEC, last / 20);

    instants.forEach((instant, i) => {
      instant.long = instant.folded && instant.time - instants[i - 1].time >= least;
    });
  }

  function shift(instants, positions, by) {
    for (const instant of instants) {
      instant.from += by;
      instant.to += by;
    }
    positions.forEach((position, g) => (positions[g] = position + by));
  }

  // A 2000th of the run, or half of the gap that follows, is what the events of an instant are
  // apart.
  function stretch(model) {
    const instants = instantsOf(model, new Float32Array(0));
    const positions = new Float64Array(model.length);
    const last = instants.length > 0 ? instants[instants.length - 1].time : 0;
    const most = Math.max(1, last / 2000);

    instants.forEach((instant, i) => {
      const gap = i + 1 < instants.length ? instants[i + 1].time - instant.time : Infinity;
      const room = Math.min(most, gap / 2);
      const count = Math.max(...instant.ranges.map(([from, to]) => to - from));
      for (const [from, to] of instant.ranges)
        for (let g = from; g < to; g++) positions[g] = instant.time + (room * (g - from)) / count;
      instant.from = instant.time;
      instant.to = instant.time + (room * (count - 1)) / count;
      instant.folded = false;
    });
    const whole = last + Math.max(most * 10, last / 50);
    return { instants, positions, whole, closest: Math.max(whole / 1e6, 1e-3) };
  }

  // The indices of the instants before long folds, the longest first.
  function longestOf(instants) {
    const gap = i => instants[i + 1].time - instants[i].time;

    return instants
      .map((_, i) => i - 1)
      .filter(i => i >= 0 && instants[i + 1].long)
      .sort((a, b) => gap(b) - gap(a) || a - b);
  }

  function addQuestions(axis) {
    const starts = Float64Array.from(axis.instants, instant => instant.from);
    const times = Float64Array.from(axis.instants, instant => instant.time);

    axis.longest = longestOf(axis.instants);
    axis.starts = starts;
    axis.times = times;
    // What the run's clock shows at a place: in a gap it goes on evenly.
    axis.timeAt = position => {
      const i = Search.first(starts, position);
      if (i === 0 && starts.length === 0) return 0;
      const before = axis.instants[Math.max(0, i - 1)];
      const after = axis.instants[i];
      if (i < starts.length && starts[i] === position) return after.time;
      if (after === undefined || position <= before.to || i === 0) return before.time;
      const share = (position - before.to) / (after.from - before.to);
      return before.time + share * (after.time - before.time);
    };
    axis.placeOf = time => {
      const i = Search.first(times, time);
      return i < times.length ? axis.instants[i].from : axis.whole;
    };
  }

  function make(model, name) {
    const axis = name === "linear" ? stretch(model) : fold(model);

    axis.name = name;
    addQuestions(axis);
    return axis;
  }

  return { make };
})();
