// SPDX-License-Identifier: LGPL-2.1-or-later
// What the painters share: a canvas that fits its screen, and text that fits its room.
"use strict";

const LEAST_LETTERS = 6; // of a text that is cut short

class Brush {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.widths = new Map();
    this.width = 0;
    this.height = 0;
  }

  // Makes the canvas as large as it is shown, in the screen's own pixels.
  fit(width, height, ratio = window.devicePixelRatio || 1) {
    const { canvas } = this;
    const w = Math.round(width * ratio);
    const h = Math.round(height * ratio);

    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    this.width = width;
    this.height = height;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, width, height);
  }

  font(size, family, weight = "") {
    this.context.font = `${weight} ${size}px ${family}`;
    this.widths = this.widthsOf(this.context.font);
    this.context.textBaseline = "middle";
  }

  widthsOf(font) {
    this.fonts ??= new Map();
    if (!this.fonts.has(font)) this.fonts.set(font, new Map());
    return this.fonts.get(font);
  }

  measure(text) {
    let width = this.widths.get(text);

    if (width === undefined) {
      if (this.widths.size > 5000) this.widths.clear();
      width = this.context.measureText(text).width;
      this.widths.set(text, width);
    }
    return width;
  }

  // As much of a text as has room, "" if that would be a few letters that say nothing.
  fitted(text, room) {
    if (this.measure(text) <= room) return text;
    let end = Math.floor((text.length * room) / this.measure(text));
    while (end >= LEAST_LETTERS && this.measure(text.slice(0, end) + "…") > room) end--;
    return end >= LEAST_LETTERS ? text.slice(0, end).trimEnd() + "…" : "";
  }

  // A line as thin as the screen can draw it, between two pixels' edges.
  vertical(x, top, bottom) {
    const at = Math.round(x) + 0.5;

    this.context.beginPath();
    this.context.moveTo(at, top);
    this.context.lineTo(at, bottom);
    this.context.stroke();
  }
}
