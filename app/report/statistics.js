// SPDX-License-Identifier: LGPL-2.1-or-later
// What came together over a run, such as what HTTP clients have come to: an event of that group is
// a row, and its fields are the columns. One in which everybody has 0 says nothing and is left out.
"use strict";

const Statistics = (() => {
  function rowsOf(model, run) {
    const rows = [];

    for (let g = run.first; g < run.first + run.length; g++)
      if (model.groupOf(g) === "statistics")
        rows.push({ actor: model.actorOf(g), fields: model.fieldsOf(g) });
    return rows;
  }

  const isSaid = (rows, name) => rows.some(({ fields }) => (fields[name] ?? 0) !== 0);

  const isWord = (rows, name) => rows.some(({ fields }) => typeof fields[name] === "string");

  function shown(name, value) {
    if (value === undefined) return "–";
    if (typeof value !== "number") return String(value);
    return name.endsWith("_usec") ? Text.duration(value) : Text.count(value);
  }

  function cellOf(name, value) {
    return Text.element(
      "td",
      { class: typeof value === "string" ? "word" : "" },
      Text.isolated(shown(name, value), 80),
    );
  }

  function tableOf(model, run) {
    const rows = rowsOf(model, run);
    const columns = [...new Set(rows.flatMap(({ fields }) => Object.keys(fields)))].filter(name =>
      isSaid(rows, name),
    );
    const head = Text.element(
      "tr",
      {},
      Text.element("th", { scope: "col" }, "client"),
      ...columns.map(name =>
        Text.element(
          "th",
          { scope: "col", class: isWord(rows, name) ? "word" : "" },
          Text.brief(name.replace(/_usec$/, "").replaceAll("_", " ")),
        ),
      ),
    );
    const body = rows.map(({ actor, fields }) =>
      Text.element(
        "tr",
        {},
        Text.element("th", { scope: "row" }, Text.isolated(actor, 60)),
        ...columns.map(name => cellOf(name, fields[name])),
      ),
    );

    return rows.length === 0
      ? ""
      : Text.element(
          "div",
          { class: "statistics" },
          Text.element(
            "table",
            {},
            Text.element("caption", {}, "What HTTP clients have come to"),
            Text.element("thead", {}, head),
            Text.element("tbody", {}, ...body),
          ),
        );
  }

  return { tableOf };
})();
