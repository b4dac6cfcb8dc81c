/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A run that is kept to be written down when it is over. An event becomes a row of numbers, and
 * what it says stands in tables, once however often it was said: a client that is refused for an
 * hour takes a row each time, and one sentence.
 *
 * Whatever a peer has sent may be in a text. What is no UTF-8 is made so here, once a string, for
 * nothing that reads a report knows what to do with other bytes. */

#include "rebound-recording.h"

#include <string.h>

#include "lifecycle/rebound-lifecycle-enums.h"
#include "rebound-json.h"

/* As much as some hundred sentences take. */
#define LETTERS_BYTES (16 * 1024)

static void
words_init (ReboundWords *self)
{
  self->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  self->by_address = g_hash_table_new (NULL, NULL);
  self->letters = g_string_chunk_new (LETTERS_BYTES);
  self->words = g_ptr_array_new ();
  rebound_words_get (self, "");
}

static void
words_clear (ReboundWords *self)
{
  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->by_address);
  g_ptr_array_unref (self->words);
  g_string_chunk_free (self->letters);
}

guint32
rebound_words_get (ReboundWords *self, const char *word)
{
  gpointer number;
  char *valid;

  if (g_hash_table_lookup_extended (self->numbers, word, NULL, &number))
    return GPOINTER_TO_UINT (number);
  if (!g_utf8_validate (word, -1, NULL))
    {
      g_autofree char *made = g_utf8_make_valid (word, -1);

      return rebound_words_get (self, made);
    }
  valid = g_string_chunk_insert (self->letters, word);
  g_ptr_array_add (self->words, valid);
  g_hash_table_insert (self->numbers, valid, GUINT_TO_POINTER (self->words->len - 1));
  return self->words->len - 1;
}

static void
clear_file (gpointer data)
{
  ReboundRecordedFile *file = data;

  g_free (file->name);
  g_bytes_unref (file->text);
}

ReboundRecording *
rebound_recording_new (void)
{
  ReboundRecording *self = g_new0 (ReboundRecording, 1);

  self->name = g_strdup ("");
  self->title = g_strdup ("");
  self->source = g_strdup ("");
  self->problem = g_strdup ("");
  self->settings = g_new0 (char *, 1);
  self->files = g_array_new (FALSE, TRUE, sizeof (ReboundRecordedFile));
  g_array_set_clear_func (self->files, clear_file);
  self->events = g_array_new (FALSE, TRUE, sizeof (ReboundRecordedEvent));
  self->cast = g_array_new (FALSE, TRUE, sizeof (ReboundRecordedActor));
  words_init (&self->actors);
  words_init (&self->kinds);
  words_init (&self->groups);
  words_init (&self->texts);
  words_init (&self->places);
  words_init (&self->fields);
  self->scratch = g_string_new (NULL);
  return self;
}

void
rebound_recording_free (ReboundRecording *self)
{
  g_free (self->name);
  g_free (self->title);
  g_free (self->source);
  g_free (self->problem);
  g_strfreev (self->settings);
  g_free (self->ended);
  g_array_unref (self->files);
  g_array_unref (self->events);
  g_array_unref (self->cast);
  words_clear (&self->actors);
  words_clear (&self->kinds);
  words_clear (&self->groups);
  words_clear (&self->texts);
  words_clear (&self->places);
  words_clear (&self->fields);
  g_string_free (self->scratch, TRUE);
  g_free (self);
}

void
rebound_recording_add_row (ReboundRecording *self, const ReboundRecordedEvent *row)
{
  g_array_append_vals (self->events, row, 1);
}

/* Of an actor, a kind or a place, which is the same string at the same address each time. */
static guint32
get_interned (ReboundWords *self, const char *word)
{
  gpointer number;

  if (word == NULL)
    return 0;
  if (g_hash_table_lookup_extended (self->by_address, word, NULL, &number))
    return GPOINTER_TO_UINT (number);
  number = GUINT_TO_POINTER (rebound_words_get (self, word));
  g_hash_table_insert (self->by_address, (gpointer) word, number);
  return GPOINTER_TO_UINT (number);
}

static guint32
get_group (ReboundRecording *self, ReboundEvent *event)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (REBOUND_TYPE_EVENT_GROUP);
  GFlagsValue *value = g_flags_get_first_value (klass, rebound_event_get_group (event));

  return value != NULL ? get_interned (&self->groups, value->value_nick) : 0;
}

static guint32
get_fields (ReboundRecording *self, ReboundEvent *event)
{
  if (rebound_event_get_n_fields (event) == 0)
    return 0;
  g_string_assign (self->scratch, "{");
  rebound_json_append_fields (self->scratch, event);
  g_string_append_c (self->scratch, '}');
  return rebound_words_get (&self->fields, self->scratch->str);
}

void
rebound_recording_add (ReboundRecording *self, ReboundEvent *event)
{
  ReboundRecordedEvent row = {
    .number = rebound_event_get_number (event),
    .time_usec = rebound_event_get_time_usec (event),
    .actor = get_interned (&self->actors, rebound_event_get_actor (event)),
    .kind = get_interned (&self->kinds, rebound_event_get_kind (event)),
    .group = get_group (self, event),
    .text = rebound_words_get (&self->texts, rebound_event_get_text (event)),
    .place = get_interned (&self->places, rebound_event_get_source (event)),
    .fields = get_fields (self, event),
  };

  rebound_recording_add_row (self, &row);
}

/* -- what is said of it -- */

static void
replace (char **place, const char *text)
{
  g_free (*place);
  *place = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

static void
take_files (ReboundRecording *self, ReboundRun *run)
{
  for (guint i = 0; i < rebound_run_get_n_texts (run); i++)
    {
      const char *name;
      ReboundRecordedFile file = { .text = g_bytes_ref (rebound_run_get_text (run, i, &name)) };

      file.name = g_utf8_make_valid (name, -1);
      g_array_append_val (self->files, file);
    }
}

/* A place in the script itself goes by its line alone. */
static void
shorten_places (ReboundRecording *self, const char *script)
{
  g_autofree char *prefix = g_strconcat (script, ":", NULL);
  gsize length = strlen (prefix);

  g_hash_table_remove_all (self->places.numbers);
  for (guint i = 0; i < self->places.words->len; i++)
    {
      char *word = self->places.words->pdata[i];

      if (g_str_has_prefix (word, prefix) && strchr (word + length, ':') == NULL)
        memmove (word, word + length, strlen (word + length) + 1);
      g_hash_table_insert (self->places.numbers, word, GUINT_TO_POINTER (i));
    }
}

static void
take_cast (ReboundRecording *self, const ReboundAbout *about)
{
  for (guint i = 0; i < self->actors.words->len; i++)
    {
      const char *name = self->actors.words->pdata[i];
      const char *owner = rebound_run_get_owner (about->run, name);
      ReboundRecordedActor actor = {
        .party = rebound_party_to_string (rebound_about_get_party (about, name)),
        .owner = owner != NULL ? g_intern_string (owner) : "",
      };

      g_array_append_val (self->cast, actor);
    }
}

void
rebound_recording_finish (ReboundRecording *self,
                          const ReboundAbout *about,
                          const ReboundSummary *summary)
{
  replace (&self->name, about->name);
  replace (&self->title, about->title);
  replace (&self->source, about->source);
  replace (&self->problem, about->problem);
  replace (&self->ended, summary->problem);
  g_strfreev (self->settings);
  self->settings = g_strdupv (about->settings);
  for (guint i = 0; self->settings[i] != NULL; i++)
    replace (&self->settings[i], about->settings[i]);
  self->summary = *summary;
  self->summary.problem = self->ended;
  take_files (self, about->run);
  if (self->files->len > 0)
    shorten_places (self, g_array_index (self->files, ReboundRecordedFile, 0).name);
  take_cast (self, about);
}
