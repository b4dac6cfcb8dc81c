// SPDX-License-Identifier: LGPL-2.1-or-later
// How what came out of a run is shown. A run's strings are whatever a peer or a script made of
// them, so they go into the page as text nodes and nothing else, each in an element that isolates
// its direction, with the characters that would not be seen, or would move others about, spelt out.
"use strict";

const Text = (() => {
  // Controls, directional marks and embeddings, separators, invisible fillers, halves of pairs. ZWJ
  // and ZWNJ are left alone: languages and emoji are written with them.
  const UNSEEN = new RegExp(
    "[\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f" +
      "\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb]|\\p{Surrogate}",
    "gu",
  );

  const LIST_CHARACTERS = 200; // what a row or a label takes; the details have the rest
  const DETAIL_CHARACTERS = 4000; // what the details take before they ask

  const spell = character =>
    "[U+" + character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]";

  const visible = string => string.replace(UNSEEN, spell);

  const count = number => number.toLocaleString("en-US");

  // One line, not too long.
  function brief(string, limit = LIST_CHARACTERS) {
    const rest = string.length > limit ? ` … ${count(string.length)} characters` : "";

    return visible(string.slice(0, limit)).replace(/\n/g, " ↵ ") + rest;
  }

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);

    for (const [name, value] of Object.entries(properties)) {
      if (name === "class") made.className = value;
      else if (name in made && name !== "list") made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  const isolated = (string, limit) => element("bdi", {}, brief(string, limit));

  // A string whole, or its beginning with a button for the rest.
  function whole(string) {
    const box = element("bdi", { class: "whole" });

    if (string.length <= DETAIL_CHARACTERS) {
      box.append(visible(string));
      return box;
    }
    const more = element(
      "button",
      { type: "button" },
      `Show all ${count(string.length)} characters`,
    );
    more.addEventListener("click", () => box.replaceChildren(visible(string)));
    box.append(brief(string, DETAIL_CHARACTERS), " ", more);
    return box;
  }

  // As the log has it: seconds, three digits where they suffice.
  function time(usec) {
    return (usec / 1e6).toFixed(usec % 1000 === 0 ? 3 : 6);
  }

  const trim = number => String(Number(number.toPrecision(3)));

  function duration(usec) {
    if (usec < 1000) return `${trim(usec)} µs`;
    if (usec < 1e6) return `${trim(usec / 1e3)} ms`;
    if (usec < 120e6) return `${trim(usec / 1e6)} s`;
    if (usec < 7200e6) return `${trim(usec / 60e6)} min`;
    if (usec < 172800e6) return `${trim(usec / 3600e6)} h`;
    return `${trim(usec / 86400e6)} d`;
  }

  return { visible, brief, isolated, whole, element, time, duration, count };
})();
