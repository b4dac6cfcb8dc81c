// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of the axis that is in sight. It never leaves the run, and never comes closer than the
// axis allows.
"use strict";

class View {
  constructor(changed) {
    this.changed = changed;
    this.from = 0;
    this.to = 1;
    this.whole = 1;
    this.closest = 1;
    this.width = 1; // pixels
    this.scrolled = 0; // pixels that the lanes are scrolled down
  }

  get scale() {
    return this.width / (this.to - this.from);
  }

  get isWhole() {
    return this.to - this.from >= this.whole * (1 - 1e-9);
  }

  x(position) {
    return (position - this.from) * this.scale;
  }

  at(x) {
    return this.from + x / this.scale;
  }

  set(from, to) {
    const span = Math.min(this.whole, Math.max(this.closest, to - from));
    const start = (from + to - span) / 2;

    this.from = Math.max(0, Math.min(this.whole - span, start));
    this.to = this.from + span;
    this.changed();
  }

  showAll() {
    this.set(0, this.whole);
  }

  // What is under x stays under it.
  zoom(factor, x = this.width / 2) {
    const span = Math.min(this.whole, Math.max(this.closest, (this.to - this.from) / factor));
    const from = this.at(x) - (x / this.width) * span;

    this.set(from, from + span);
  }

  pan(pixels) {
    const by = pixels / this.scale;

    this.set(this.from + by, this.to + by);
  }

  // Brings a position into sight, with some room around it, without another change of scale.
  reveal(position) {
    const margin = Math.min(80, this.width / 5);
    const x = this.x(position);
    const half = (this.to - this.from) / 2;

    if ((x < margin && this.from > 0) || (x > this.width - margin && this.to < this.whole))
      this.set(position - half, position + half);
    else this.changed();
  }
}
