// SPDX-License-Identifier: LGPL-2.1-or-later
// The colours of the canvas are those of the style sheet, so that light, dark and paper are settled
// in one place. A state that is no activity, suspended or TIME_WAIT, is hatched: colour alone says
// nothing.
"use strict";

const Palette = (() => {
  const NAMES = [
    "paper",
    "panel",
    "ink",
    "muted",
    "line",
    "grid",
    "gap",
    "accent",
    "warning",
    "failed",
    "met",
    "mark",
    "outline",
    "arrow",
    "dim",
    "not-running",
    "inactive",
    "active",
    "background",
    "suspended",
    "listen",
    "opening",
    "established",
    "open",
    "fin-wait",
    "fin-wait-2",
    "close-wait",
    "closing",
    "time-wait",
  ];

  const TCP = {
    LISTEN: "listen",
    SYN_SENT: "opening",
    SYN_RECV: "opening",
    NEW_SYN_RECV: "opening",
    ESTABLISHED: "established",
    open: "open",
    FIN_WAIT1: "fin-wait",
    FIN_WAIT2: "fin-wait-2",
    CLOSE_WAIT: "close-wait",
    LAST_ACK: "closing",
    CLOSING: "closing",
    TIME_WAIT: "time-wait",
  };

  const HATCHED = new Set(["suspended", "time-wait"]);
  const HATCH = 6; // pixels between its lines

  // Slanted lines over a tint of the same colour.
  function hatch(context, colour, paper) {
    const tile = document.createElement("canvas");
    const ratio = window.devicePixelRatio || 1;
    tile.width = tile.height = HATCH * ratio;
    const brush = tile.getContext("2d");
    brush.scale(ratio, ratio);
    brush.fillStyle = paper;
    brush.fillRect(0, 0, HATCH, HATCH);
    brush.globalAlpha = 0.25;
    brush.fillStyle = colour;
    brush.fillRect(0, 0, HATCH, HATCH);
    brush.globalAlpha = 1;
    brush.strokeStyle = colour;
    brush.lineWidth = 1.5;
    for (const shift of [-HATCH, 0, HATCH]) {
      brush.beginPath();
      brush.moveTo(shift - 1, HATCH + 1);
      brush.lineTo(shift + HATCH + 1, -1);
      brush.stroke();
    }
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    return pattern;
  }

  // The luminance of "#rrggbb", as WCAG 2 has it.
  function luminanceOf(colour) {
    const part = i => {
      const share = parseInt(colour.slice(i, i + 2), 16) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  }

  // Black or white, whichever is read better.
  const inkOn = colour => (luminanceOf(colour) > 0.18 ? "#10151a" : "#ffffff");

  // What is no darker or lighter than that has an outline: WCAG asks for 3 to 1 of a figure.
  function isPale(colour, ground) {
    const [dark, light] = [luminanceOf(colour), luminanceOf(ground)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05) < 3;
  }

  function read(context) {
    const style = getComputedStyle(document.documentElement);
    const palette = { fill: {}, text: {}, pale: {} };

    for (const name of NAMES) palette[name] = style.getPropertyValue(`--${name}`).trim();
    for (const name of NAMES.slice(NAMES.indexOf("not-running"))) {
      const hatched = HATCHED.has(name);
      palette.fill[name] = hatched ? hatch(context, palette[name], palette.panel) : palette[name];
      palette.pale[name] = isPale(palette[name], palette.panel);
      palette.text[name] = hatched ? palette.ink : inkOn(palette[name]);
    }
    palette.font = style.getPropertyValue("--font").trim();
    return palette;
  }

  const ofState = state => TCP[state] ?? state.replace(" ", "-");

  return { read, ofState, HATCHED };
})();
