// SPDX-License-Identifier: LGPL-2.1-or-later
// The data of the report as columns: an event is an index into typed arrays, those of the second
// run behind those of the first, so that a hundred thousand of them are no objects. What is asked
// of an event often is worked out once for each kind or string.
"use strict";

const Model = (() => {
  const NORMAL = 0;
  const WARNING = 1;
  const FAILED = 2;
  const MET = 3;

  const TROUBLE =
    /fail|refused|reset|died|dead|lost|ignored|twice|dropped|spin|reclaimed|expired-task/;

  function severityOf(group, kind) {
    if (group === "checks") return kind === "met" ? MET : FAILED;
    if (group === "script" || group === "packets" || group === "explanations") return NORMAL;
    return TROUBLE.test(kind) ? WARNING : NORMAL;
  }

  // A table that is filled by name.
  function namesOf() {
    const names = [];
    const indices = new Map();

    return {
      names,
      add(name) {
        if (!indices.has(name)) {
          indices.set(name, names.length);
          names.push(name);
        }
        return indices.get(name);
      },
    };
  }

  // Where in the list the first of them is.
  function append(list, items) {
    for (const item of items) list.push(item);
    return list.length - items.length;
  }

  // The new indices of a run's actors; those without an event get none.
  function copyActors(model, run, data) {
    const used = new Set(data.events.actor);

    return data.actors.map(({ name, place, owner }, index) =>
      used.has(index) ? model.actors.push({ name, place, owner, run: run.index }) - 1 : -1,
    );
  }

  function copy(model, run, data, tables) {
    Guess.complete(data);
    const events = data.events;
    const first = run.first;
    const actors = copyActors(model, run, data);
    const kinds = data.kinds.map(tables.kinds.add);
    const groups = data.groups.map(tables.groups.add);
    const texts = append(model.texts, data.texts);
    const places = append(model.places, data.places);
    const fields = append(model.fields, data.fields);
    let time = 0;
    let n = 0;

    for (let i = 0; i < events.time.length; i++) {
      const g = first + i;
      model.n[g] = n += events.n[i];
      model.time[g] = time += events.time[i];
      model.actor[g] = actors[events.actor[i]];
      model.kind[g] = kinds[events.kind[i]];
      model.group[g] = groups[events.group[i]];
      model.text[g] = texts + events.text[i];
      model.place[g] = places + events.place[i];
      model.field[g] = fields + events.fields[i];
      model.run[g] = run.index;
    }
  }

  function judge(model) {
    const known = new Map();

    for (let g = 0; g < model.length; g++) {
      const key = model.group[g] * 65536 + model.kind[g];
      if (!known.has(key))
        known.set(key, severityOf(model.groups[model.group[g]], model.kinds[model.kind[g]]));
      model.severity[g] = known.get(key);
      // A system call that failed has an event like any other.
      if (model.severity[g] === NORMAL && model.kindOf(g) === "returned" && model.fieldsOf(g).error)
        model.severity[g] = WARNING;
      if (model.severity[g] === FAILED) model.failures.push(g);
    }
  }

  function emptyOf(length) {
    return {
      length,
      runs: [],
      texts: [],
      places: [],
      fields: [],
      actors: [],
      failures: [],
      n: new Float64Array(length),
      time: new Float64Array(length),
      actor: new Int32Array(length),
      kind: new Uint16Array(length),
      group: new Uint8Array(length),
      text: new Int32Array(length),
      place: new Int32Array(length),
      field: new Int32Array(length),
      run: new Uint8Array(length),
      severity: new Uint8Array(length),
    };
  }

  function addQuestions(model) {
    const first = run => model.runs[run].first;

    model.textOf = g => model.texts[model.text[g]];
    model.placeOf = g => model.places[model.place[g]];
    model.actorOf = g => model.actors[model.actor[g]].name;
    model.kindOf = g => model.kinds[model.kind[g]];
    model.groupOf = g => model.groups[model.group[g]];
    model.fieldsOf = g => model.fields[model.field[g]];
    model.idOf = g => `e${model.n[g]}${model.run[g] > 0 ? ".2" : ""}`;
    // The index of event n of a run, or -1; numbers may leave some out.
    model.find = (n, run) => {
      const end = run in model.runs ? first(run) + model.runs[run].length : 0;
      const at = end > 0 ? Search.first(model.n, n, first(run), end) : 0;
      return at < end && model.n[at] === n ? at : -1;
    };
    model.findId = id => {
      const parts = /^e(\d+)(\.2)?$/.exec(id);
      return parts === null ? -1 : model.find(Number(parts[1]), parts[2] ? 1 : 0);
    };
  }

  function load(data) {
    const model = emptyOf(data.runs.reduce((sum, run) => sum + run.events.time.length, 0));
    const tables = { kinds: namesOf(), groups: namesOf() };
    let first = 0;

    data.runs.forEach((about, index) => {
      const run = { index, about, first, length: about.events.time.length };
      model.runs.push(run);
      copy(model, run, about, tables);
      first += run.length;
    });
    model.kinds = tables.kinds.names;
    model.groups = tables.groups.names;
    addQuestions(model);
    judge(model);
    // Where two runs part: the first event of each that the other has not, or -1 behind its last.
    model.parting =
      data.parting === null || data.runs.length < 2
        ? null
        : data.parting.map((n, run) => model.find(n, run));
    return model;
  }

  return { load, NORMAL, WARNING, FAILED, MET };
})();
