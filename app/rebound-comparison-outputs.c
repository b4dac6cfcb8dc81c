/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The forms of a comparison are fewer than those of a run, and each is written when both runs are
 * over, so they are no sinks. */

#include "rebound-comparison-outputs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "rebound-columns.h"
#include "rebound-command.h"
#include "rebound-comparison-text.h"
#include "rebound-destinations.h"
#include "rebound-html-page.h"

#define OPTION "--output"

typedef void (*WriteFunc) (const ReboundComparison *comparison,
                           const ReboundComparisonStyle *style);

typedef struct
{
  const char *name;
  WriteFunc write;
} Format;

struct _ReboundComparisonOutputs
{
  ReboundDestinations *destinations;
  GPtrArray *writers; /* WriteFunc, one a destination */
};

/* A page has all of both. */
static void
write_html (const ReboundComparison *comparison, const ReboundComparisonStyle *style)
{
  g_autoptr (ReboundRecording) first = rebound_record_to_recording (comparison->records[0]);
  g_autoptr (ReboundRecording) second = rebound_record_to_recording (comparison->records[1]);
  ReboundRecording *const both[REBOUND_HTML_PAGE_RUNS] = { first, second };
  guint64 partings[REBOUND_HTML_PAGE_RUNS];

  for (guint side = 0; side < G_N_ELEMENTS (partings); side++)
    partings[side] = rebound_comparison_get_parting (comparison, side);
  rebound_html_page_write (style->stream, both, G_N_ELEMENTS (both), partings);
}

static const Format formats[] = {
  { "text", rebound_comparison_print },
  { "html", write_html },
};

static WriteFunc
find_format (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (strcmp (formats[i].name, name) == 0)
      return formats[i].write;
  return NULL;
}

static gboolean
add (ReboundComparisonOutputs *self, WriteFunc write, const char *path)
{
  if (!rebound_destinations_add (self->destinations, OPTION, path))
    return FALSE;
  g_ptr_array_add (self->writers, (gpointer) write);
  return TRUE;
}

static gboolean
parse (ReboundComparisonOutputs *self, const char *spec)
{
  const char *colon = strchrnul (spec, ':');
  g_autofree char *name = g_strndup (spec, (gsize) (colon - spec));
  WriteFunc write = find_format (name);

  if (write != NULL)
    return add (self, write, *colon != '\0' ? colon + 1 : "-");
  rebound_command_complain (OPTION
                            ": “%s” is no format of a comparison; expected one of text, html",
                            name);
  return FALSE;
}

ReboundComparisonOutputs *
rebound_comparison_outputs_new (char **specs)
{
  g_autoptr (ReboundComparisonOutputs) self = g_new0 (ReboundComparisonOutputs, 1);

  self->destinations = rebound_destinations_new ();
  self->writers = g_ptr_array_new ();
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (!parse (self, specs[i]))
      return NULL;
  if (!rebound_destinations_has_standard (self->destinations))
    add (self, rebound_comparison_print, "-");
  return g_steal_pointer (&self);
}

void
rebound_comparison_outputs_free (ReboundComparisonOutputs *self)
{
  rebound_destinations_free (self->destinations);
  g_ptr_array_unref (self->writers);
  g_free (self);
}

gboolean
rebound_comparison_outputs_want_packets (ReboundComparisonOutputs *self)
{
  return g_ptr_array_find (self->writers, (gconstpointer) write_html, NULL);
}

gboolean
rebound_comparison_outputs_open (ReboundComparisonOutputs *self)
{
  return rebound_destinations_open (self->destinations);
}

gboolean
rebound_comparison_outputs_write (ReboundComparisonOutputs *self,
                                  const ReboundComparison *comparison,
                                  gboolean all,
                                  gboolean colour)
{
  for (guint i = 0; i < self->writers->len; i++)
    {
      WriteFunc write = (WriteFunc) self->writers->pdata[i];
      gboolean is_standard = rebound_destinations_is_standard (self->destinations, i);
      const ReboundComparisonStyle style = {
        .stream = rebound_destinations_get_stream (self->destinations, i),
        .colour = colour && is_standard,
        .columns = is_standard ? rebound_columns_of_terminal (STDOUT_FILENO) : 0,
        .all = all,
      };

      write (comparison, &style);
    }
  return rebound_destinations_commit (self->destinations);
}
