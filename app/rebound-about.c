/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A script says of itself, in the comment that opens it, what it is (the first line), where its
 * story comes from ("Where it comes from: …", to the end of the paragraph or the next label) and
 * which of the reports from the field it belongs to ("Problem: …", the same way). A report without
 * these is a picture without a caption. */

#include "rebound-about.h"

#include <string.h>

#define SOURCE_LABEL  "Where it comes from:"
#define PROBLEM_LABEL "Problem:"

static gboolean
is_labelled (const char *line)
{
  return g_str_has_prefix (line, SOURCE_LABEL) || g_str_has_prefix (line, PROBLEM_LABEL);
}

/* What begins with @label, without it, on one line; "" where there is none. */
static char *
find_labelled (const char *header, const char *label)
{
  g_auto (GStrv) lines = g_strsplit (header, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_in = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *line = g_strstrip (lines[i]);

      if (is_in && (*line == '\0' || is_labelled (line)))
        break;
      if (!is_in && !g_str_has_prefix (line, label))
        continue;
      line += is_in ? 0 : strlen (label);
      line += strspn (line, " ");
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", line);
      is_in = TRUE;
    }
  return g_strdup (text->str);
}

ReboundAbout *
rebound_about_new (ReboundRun *run, const char *name, char *const *settings)
{
  ReboundAbout *self = g_new0 (ReboundAbout, 1);
  const char *header = rebound_run_get_header (run);

  self->run = g_object_ref (run);
  self->name = g_strdup (name);
  self->title = rebound_run_get_title (run);
  self->source = find_labelled (header, SOURCE_LABEL);
  self->problem = find_labelled (header, PROBLEM_LABEL);
  self->settings = settings != NULL ? g_strdupv ((char **) settings) : g_new0 (char *, 1);
  return self;
}

void
rebound_about_free (ReboundAbout *self)
{
  g_object_unref (self->run);
  g_free (self->name);
  g_free (self->title);
  g_free (self->source);
  g_free (self->problem);
  g_strfreev (self->settings);
  g_free (self);
}

ReboundParty
rebound_about_get_party (const ReboundAbout *self, const char *actor)
{
  if (rebound_run_get_owner (self->run, actor) != NULL)
    return REBOUND_PARTY_APPLICATION;
  if (strcmp (actor, "device") == 0)
    return REBOUND_PARTY_DEVICE;
  if (strcmp (actor, "kernel") == 0)
    return REBOUND_PARTY_KERNEL;
  if (strcmp (actor, "script") == 0 || strcmp (actor, "run") == 0)
    return REBOUND_PARTY_SCRIPT;
  return REBOUND_PARTY_PEERS;
}

const char *
rebound_party_to_string (ReboundParty party)
{
  static const char *const names[] = { "application", "device", "peers", "kernel", "script" };

  return names[party];
}
