/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* A script is a tree of lines: repeats have bodies, and an include is replaced by the lines of its
 * file, so that nobody behind this has to know of files. The tree is built even where the text is
 * wrong, to find all that is wrong in one go. Everything that nests or adds up has a bound, because
 * the tree is walked recursively, and because a few files that include each other twice make
 * millions of lines. */

#include "rebound-script-reader-private.h"

#include "rebound-include-path-private.h"
#include "rebound-lexer-private.h"
#include "rebound-script-file-private.h"

#include <string.h>

/* Deeper is a mistake, and the stack of whoever walks the tree is finite. */
#define REPEAT_DEPTH_MAXIMUM  64
#define INCLUDE_DEPTH_MAXIMUM 16

/* Files in all, each inclusion counted: ten lines of `include` in ten files would open 10^10. */
#define INCLUDES_MAXIMUM 1000

/* A file that is being read. */
typedef struct
{
  const char *name; /* interned */
  GFile *file;      /* NULL where it has no folder */
  GFile *folder;    /* the same */
  guint n_open;     /* repeats that were open when it began: not for its `end` to close */
} Source;

typedef struct
{
  ReboundDiagnostics *diagnostics;
  GPtrArray *nodes;   /* of the script; ReboundNode */
  GPtrArray *repeats; /* the open ones, outermost first; ReboundNode, not owned */
  GPtrArray *sources; /* the script and the chain of includes in it; Source */
  GPtrArray *texts;   /* what was read; ReboundScriptText */
  ReboundIncludePath *path;
  gsize n_bytes;
  guint n_includes;
} Builder;

static void
node_free (gpointer data)
{
  ReboundNode *node = data;

  g_ptr_array_unref (node->words);
  g_clear_pointer (&node->body, g_ptr_array_unref);
  g_free (node);
}

static void
source_free (gpointer data)
{
  Source *source = data;

  g_clear_object (&source->file);
  g_clear_object (&source->folder);
  g_free (source);
}

static Source *
current_source (Builder *self)
{
  return g_ptr_array_index (self->sources, self->sources->len - 1);
}

/* A broken line keeps its place, but none of its words: nothing else is to be said about it. */
static void
add_node (Builder *self, ReboundLine *line, gboolean is_repeat)
{
  ReboundWord *first = g_ptr_array_index (line->words, 0);
  gboolean is_deep = self->repeats->len >= REPEAT_DEPTH_MAXIMUM;
  GPtrArray *nodes = self->nodes;
  ReboundNode *node;

  if (self->repeats->len > 0 && !is_deep)
    nodes = ((ReboundNode *) g_ptr_array_index (self->repeats, self->repeats->len - 1))->body;
  node = g_new0 (ReboundNode, 1);
  node->position = first->position;
  node->words = line->is_broken ? g_ptr_array_new () : g_ptr_array_ref (line->words);
  g_ptr_array_add (nodes, node);
  if (!is_repeat)
    return;
  node->body = g_ptr_array_new_with_free_func (node_free);
  g_ptr_array_add (self->repeats, node);
  if (is_deep)
    rebound_diagnostics_add (self->diagnostics, &node->position,
                             "repeats are more than %d deep; expected at most that many in each "
                             "other",
                             REPEAT_DEPTH_MAXIMUM);
}

static void
close_repeat (Builder *self, ReboundLine *line)
{
  ReboundWord *first = g_ptr_array_index (line->words, 0);

  if (line->words->len > 1)
    {
      ReboundWord *second = g_ptr_array_index (line->words, 1);

      rebound_diagnostics_add (self->diagnostics, &second->position,
                               "a word too many; expected nothing behind “end”");
    }
  if (self->repeats->len > current_source (self)->n_open)
    g_ptr_array_set_size (self->repeats, (int) self->repeats->len - 1);
  else
    rebound_diagnostics_add (self->diagnostics, &first->position,
                             "“end” closes nothing; expected a repeat before it");
}

static void
refuse_open_repeats (Builder *self, const Source *source)
{
  for (guint i = source->n_open; i < self->repeats->len; i++)
    {
      ReboundNode *node = g_ptr_array_index (self->repeats, i);

      rebound_diagnostics_add (self->diagnostics, &node->position,
                               "“repeat” is not closed; expected “end” behind its last line");
    }
  g_ptr_array_set_size (self->repeats, (int) source->n_open);
}

static void read_source (Builder *self, Source *source, GBytes *bytes);

/* A path below the folder, without a step up. */
static gboolean
is_inside (const char *path)
{
  g_auto (GStrv) steps = g_strsplit (path, "/", -1);

  return *path != '\0' && !g_path_is_absolute (path)
         && !g_strv_contains ((const char *const *) steps, "..");
}

static gboolean
refuse_cycle (Builder *self, const ReboundPosition *position, GFile *file, const char *name)
{
  GString *chain = NULL;

  for (guint i = 0; i < self->sources->len; i++)
    {
      Source *source = g_ptr_array_index (self->sources, i);

      if (chain == NULL && source->file != NULL && g_file_equal (source->file, file))
        chain = g_string_new (NULL);
      if (chain != NULL)
        g_string_append_printf (chain, "%s → ", source->name);
    }
  if (chain == NULL)
    return FALSE;
  rebound_diagnostics_add (self->diagnostics, position,
                           "the include leads back to where it is: %s%s; expected no circle",
                           chain->str, name);
  g_string_free (chain, TRUE);
  return TRUE;
}

static gboolean
refuse_include (Builder *self, const ReboundPosition *position, GFile *file, const char *name)
{
  if (refuse_cycle (self, position, file, name))
    return TRUE;
  if (self->sources->len > INCLUDE_DEPTH_MAXIMUM)
    rebound_diagnostics_add (self->diagnostics, position,
                             "includes are more than %d deep; expected at most that many in each "
                             "other",
                             INCLUDE_DEPTH_MAXIMUM);
  else if (++self->n_includes > INCLUDES_MAXIMUM)
    rebound_diagnostics_add (self->diagnostics, position,
                             "more than %d files are included; expected at most that many",
                             INCLUDES_MAXIMUM);
  else
    return FALSE;
  return TRUE;
}

static void
splice (Builder *self, const ReboundPosition *position, const char *path)
{
  Source *parent = current_source (self);
  const char *name;
  g_autoptr (GFile) file
      = rebound_include_path_find (self->path, parent->folder, parent->name, path, &name);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *problem = NULL;
  Source *source;

  if (file == NULL)
    rebound_diagnostics_add (self->diagnostics, position,
                             "this script is in no folder; expected no include");
  if (file == NULL || refuse_include (self, position, file, name))
    return;
  bytes = rebound_include_path_load (self->path, file, REBOUND_SCRIPT_BYTES_MAXIMUM - self->n_bytes,
                                     &problem);
  if (bytes == NULL)
    {
      rebound_diagnostics_add (self->diagnostics, position, "“%s” %s", path, problem);
      return;
    }
  source = g_new0 (Source, 1);
  source->name = name;
  source->folder = g_file_get_parent (file);
  source->file = g_steal_pointer (&file);
  read_source (self, source, bytes);
}

/* include "FILE" */
static void
include (Builder *self, ReboundLine *line)
{
  ReboundWord *first = g_ptr_array_index (line->words, 0);
  ReboundWord *last = g_ptr_array_index (line->words, line->words->len - 1);
  g_autofree char *path = NULL;
  const char *problem = NULL;

  if (line->is_broken)
    return;
  path = rebound_word_dup_literal (last);
  if (last == first)
    problem = "nothing follows “include”; expected the name of a file in quotes";
  else if (line->words->len > 2)
    problem = "a word too many; expected one name of a file (quotes keep blanks)";
  else if (path == NULL)
    problem = "a variable in the name of a file; expected it written out";
  else if (!is_inside (path))
    problem = "the file is elsewhere; expected one in the script's folder, or in one that "
              "--include-dir names, without “/” in front and without “..”";
  if (problem == NULL)
    splice (self, &last->position, path);
  else
    rebound_diagnostics_add (self->diagnostics, &last->position, "%s", problem);
}

static void
keep_text (Builder *self, const char *name, GBytes *bytes)
{
  ReboundScriptText *text;

  for (guint i = 0; i < self->texts->len; i++)
    if (((ReboundScriptText *) self->texts->pdata[i])->name == name)
      return;
  text = g_new0 (ReboundScriptText, 1);
  text->name = name;
  text->bytes = g_bytes_ref (bytes);
  g_ptr_array_add (self->texts, text);
}

/* Takes @source over. */
static void
read_source (Builder *self, Source *source, GBytes *bytes)
{
  g_autoptr (GPtrArray) lines = rebound_lexer_read (bytes, source->name, self->diagnostics);

  keep_text (self, source->name, bytes);
  source->n_open = self->repeats->len;
  self->n_bytes += g_bytes_get_size (bytes);
  g_ptr_array_add (self->sources, source);
  for (guint i = 0; i < lines->len; i++)
    {
      ReboundLine *line = g_ptr_array_index (lines, i);
      ReboundWord *first = g_ptr_array_index (line->words, 0);

      if (rebound_word_is_bare (first, "end"))
        close_repeat (self, line);
      else if (rebound_word_is_bare (first, "include"))
        include (self, line);
      else
        add_node (self, line, rebound_word_is_bare (first, "repeat"));
    }
  refuse_open_repeats (self, source);
  g_ptr_array_remove_index (self->sources, self->sources->len - 1);
}

GPtrArray *
rebound_script_read_nodes (GBytes *bytes,
                           const char *name,
                           GFile *file,
                           GFile *folder,
                           const char *const *include_dirs,
                           GPtrArray *texts,
                           ReboundDiagnostics *diagnostics)
{
  g_autoptr (ReboundIncludePath) path
      = rebound_include_path_new (folder, include_dirs, diagnostics);
  g_autoptr (GPtrArray) repeats = g_ptr_array_new ();
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func (source_free);
  Builder self = {
    .diagnostics = diagnostics, .repeats = repeats, .sources = sources, .texts = texts, .path = path
  };
  Source *source = g_new0 (Source, 1);

  self.nodes = g_ptr_array_new_with_free_func (node_free);
  source->name = name;
  g_set_object (&source->file, file);
  g_set_object (&source->folder, folder);
  read_source (&self, source, bytes);
  return self.nodes;
}
