// SPDX-License-Identifier: LGPL-2.1-or-later
// Wheel, mouse and fingers on the timeline. A wheel that turns outwards where the whole run is seen
// already, or that has just scrolled the page, goes on scrolling the page.
"use strict";

class Pointer {
  constructor(app, timeline, tooltip) {
    this.app = app;
    this.timeline = timeline;
    this.tooltip = tooltip;
    this.canvas = timeline.brush.canvas;
    this.pointers = new Map(); // by id: where each was last
    this.moved = 0; // pixels since the button went down
    this.pageScrolled = -Infinity; // when the wheel last scrolled the page
    this.listen();
  }

  listen() {
    const { canvas, timeline } = this;
    const on = (name, take) => canvas.addEventListener(name, take);

    timeline.element.addEventListener("wheel", event => this.wheel(event), { passive: false });
    on("pointerdown", event => this.down(event));
    on("pointermove", event => this.move(event));
    on("pointerup", event => this.up(event));
    on("pointercancel", event => this.pointers.delete(event.pointerId));
    on("pointerleave", () => this.tooltip.hide());
    on("dblclick", event => timeline.view.zoom(3, event.offsetX));
    addEventListener(
      "wheel",
      event => {
        if (!event.defaultPrevented) this.pageScrolled = event.timeStamp;
      },
      { passive: true },
    );
  }

  xOf(event) {
    return event.clientX - this.canvas.getBoundingClientRect().left;
  }

  wheel(event) {
    const { view } = this.timeline;
    const lines = event.deltaMode === 1 ? 16 : 1;
    const sideways = event.shiftKey ? event.deltaX + event.deltaY : event.deltaX;
    const zooms = Math.abs(event.deltaY) >= Math.abs(event.deltaX) && !event.shiftKey;

    this.tooltip.hide();
    if (this.xOf(event) < 0) return;
    if (zooms && !event.ctrlKey) {
      if (event.deltaY > 0 && view.isWhole) return;
      if (event.timeStamp - this.pageScrolled < 300) {
        this.pageScrolled = event.timeStamp;
        return;
      }
    }
    event.preventDefault();
    if (zooms)
      view.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0018)), this.xOf(event));
    else view.pan(sideways * lines);
  }

  down(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.moved = 0;
    this.tooltip.hide();
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);

    if (last === undefined) {
      this.hover(event);
      return;
    }
    const dx = event.clientX - last.x;
    const dy = event.clientY - last.y;
    if (this.pointers.size === 2) this.pinch(event, last);
    else {
      this.moved += Math.abs(dx) + Math.abs(dy);
      if (this.moved > 3) {
        this.timeline.view.pan(-dx);
        if (event.pointerType === "mouse") this.timeline.scroller.scrollTop -= dy;
      }
    }
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  }

  pinch(event, last) {
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const before = Math.abs(last.x - other.x);
    const after = Math.abs(event.clientX - other.x);
    const middle = (event.clientX + other.x) / 2 - this.canvas.getBoundingClientRect().left;

    this.moved = Infinity;
    if (before > 10 && after > 10) this.timeline.view.zoom(after / before, middle);
  }

  up(event) {
    const was = this.pointers.delete(event.pointerId);

    if (!was || this.moved > 3) return;
    const hit = this.timeline.hit(event.offsetX, event.offsetY);
    if (hit !== null && hit.event >= 0) this.app.select(hit.event);
  }

  hover(event) {
    const hit = this.timeline.hit(event.offsetX, event.offsetY);

    this.canvas.style.cursor = hit !== null && hit.event >= 0 ? "pointer" : "grab";
    if (hit !== null) this.tooltip.show(hit, event.clientX, event.clientY);
    else this.hoverGap(event);
  }

  hoverGap(event) {
    const gap = this.timeline.gapAt(event.offsetX);

    if (gap === null) this.tooltip.hide();
    else this.tooltip.show({ gap }, event.clientX, event.clientY);
  }
}
