/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Most events are signals, and what their classes install says which there are and what they have.
 * What the run says itself is here, so that the form of every event can be looked up, and nothing
 * is told that is not written down. */

#include "rebound-note-private.h"

#include <string.h>

#include "rebound-run.h"

#define STATEMENT                                                                                  \
  {                                                                                                \
    "statement", "the statement, as it is played"                                                  \
  }
#define LINE                                                                                       \
  {                                                                                                \
    "line", "where it stands: its line, behind the file's name where that is included"             \
  }

const ReboundNote rebound_note_statement = { "statement",
                                             REBOUND_EVENT_GROUP_SCRIPT,
                                             "> {statement}",
                                             "a statement begins",
                                             { STATEMENT, LINE } };

const ReboundNote rebound_note_filled = { "filled",
                                          REBOUND_EVENT_GROUP_SCRIPT,
                                          "> {word}   (a missing step, played by --fill)",
                                          "a step that the script leaves out is played",
                                          { { "word", "the step" } } };

const ReboundNote rebound_note_print = { "print",
                                         REBOUND_EVENT_GROUP_SCRIPT,
                                         "{text}",
                                         "the script prints something",
                                         { { "text", "what it prints" } } };

const ReboundNote rebound_note_met = { "met",
                                       REBOUND_EVENT_GROUP_CHECKS,
                                       "as expected: {statement}",
                                       "an expectation held, or what was waited for came",
                                       { STATEMENT, LINE } };

const ReboundNote rebound_note_failed
    = { "failed",
        REBOUND_EVENT_GROUP_CHECKS,
        "NOT AS EXPECTED (line {line}): {statement}[; {seen}]",
        "an expectation did not hold, or what was waited for did not come",
        { STATEMENT, LINE, { "seen", "what was seen instead" } } };

const ReboundNote rebound_note_spin
    = { "spin",
        REBOUND_EVENT_GROUP_CHECKS,
        "busy loop: {source} is dispatched again and again, and nothing changes"
        "[; descriptor {descriptor} is ready for ever]",
        "a source of the actor's keeps it busy and does nothing; the script ends",
        { { "source", "the source, by its name" },
          { "descriptor", "the descriptor that is ready", TRUE } } };

static const ReboundNote *const notes[]
    = { &rebound_note_statement, &rebound_note_filled, &rebound_note_print,
        &rebound_note_met,       &rebound_note_failed, &rebound_note_spin };

GParamSpec *
rebound_note_new_field_spec (const ReboundNote *note, guint index)
{
  return g_param_spec_ref_sink (g_param_spec_string (note->fields[index].name, NULL,
                                                     note->fields[index].blurb,
                                                     note->fields[index].optional ? NULL : "",
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

const char **
rebound_run_list_kinds (void)
{
  const char **kinds = g_new0 (const char *, G_N_ELEMENTS (notes) + 1);

  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    kinds[i] = notes[i]->kind;
  return kinds;
}

static const ReboundNote *
find_note (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (notes); i++)
    if (strcmp (notes[i]->kind, kind) == 0)
      return notes[i];
  return NULL;
}

const char *
rebound_run_get_kind_blurb (const char *kind)
{
  const ReboundNote *note = find_note (kind);

  return note != NULL ? note->blurb : NULL;
}

GPtrArray *
rebound_run_list_fields (const char *kind)
{
  GPtrArray *specs = g_ptr_array_new_with_free_func ((GDestroyNotify) g_param_spec_unref);
  const ReboundNote *note = find_note (kind);

  for (guint i = 0; note != NULL && note->fields[i].name != NULL; i++)
    g_ptr_array_add (specs, rebound_note_new_field_spec (note, i));
  return specs;
}
