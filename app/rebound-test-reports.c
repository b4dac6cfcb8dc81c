/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As the outputs of a run are (rebound-outputs.c), but for what they are told: results of scripts
 * instead of events. On standard output a report grows as results come; a file appears when it is
 * whole. */

#include "rebound-test-reports.h"

#include <string.h>

#include "rebound-command.h"
#include "rebound-whole-file.h"

#define OPTION "--output"

static const ReboundTestReporter *const reporters[]
    = { &rebound_test_summary, &rebound_test_tap, &rebound_test_junit };

typedef struct
{
  const ReboundTestReporter *reporter;
  char *path; /* "-": standard output */
  ReboundWholeFile *file;
  gpointer state; /* the reporter's, between its begin and its end */
} Report;

struct _ReboundTestReports
{
  GPtrArray *reports; /* Report */
};

static void
report_free (gpointer data)
{
  Report *report = data;

  g_clear_pointer (&report->file, rebound_whole_file_free);
  g_free (report->path);
  g_free (report);
}

void
rebound_test_reports_free (ReboundTestReports *self)
{
  g_ptr_array_unref (self->reports);
  g_free (self);
}

static const ReboundTestReporter *
find_reporter (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (reporters); i++)
    if (strcmp (reporters[i]->name, name) == 0)
      return reporters[i];
  return NULL;
}

static gboolean
is_taken (ReboundTestReports *self, const char *path)
{
  for (guint i = 0; i < self->reports->len; i++)
    if (strcmp (((Report *) self->reports->pdata[i])->path, path) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
add (ReboundTestReports *self, const char *spec)
{
  const char *colon = strchrnul (spec, ':');
  const char *path = *colon != '\0' ? colon + 1 : "-";
  g_autofree char *name = g_strndup (spec, (gsize) (colon - spec));
  const ReboundTestReporter *reporter = find_reporter (name);
  Report *report;

  if (reporter == NULL)
    rebound_command_complain (OPTION ": “%s” is no format; expected one of summary, tap, junit",
                              name);
  else if (*path == '\0')
    rebound_command_complain (OPTION ": no file is named; expected one, or - for standard output");
  else if (is_taken (self, path))
    rebound_command_complain (OPTION ": two reports go to %s; expected one of them elsewhere",
                              strcmp (path, "-") == 0 ? "standard output" : path);
  else
    {
      report = g_new0 (Report, 1);
      report->reporter = reporter;
      report->path = g_strdup (path);
      g_ptr_array_add (self->reports, report);
      return TRUE;
    }
  return FALSE;
}

static gboolean
open_files (ReboundTestReports *self)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];
      g_autoptr (GError) error = NULL;

      if (strcmp (report->path, "-") == 0)
        continue;
      report->file = rebound_whole_file_new (report->path, OPTION, &error);
      if (report->file == NULL)
        {
          rebound_command_complain ("%s", error->message);
          return FALSE;
        }
    }
  return TRUE;
}

/* A report in a file is for a machine, and the person who waits has the summary. */
ReboundTestReports *
rebound_test_reports_new (char **specs, int *status)
{
  g_autoptr (ReboundTestReports) self = g_new0 (ReboundTestReports, 1);

  *status = REBOUND_EXIT_USAGE;
  self->reports = g_ptr_array_new_with_free_func (report_free);
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (!add (self, specs[i]))
      return NULL;
  if (!is_taken (self, "-"))
    add (self, "summary");
  *status = REBOUND_EXIT_INTERNAL;
  return open_files (self) ? g_steal_pointer (&self) : NULL;
}

static FILE *
get_stream (const Report *report)
{
  return report->file != NULL ? rebound_whole_file_get_stream (report->file) : stdout;
}

void
rebound_test_reports_begin (ReboundTestReports *self)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      report->state = report->reporter->begin (get_stream (report));
    }
}

void
rebound_test_reports_take (ReboundTestReports *self, const ReboundTestResult *result)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      report->reporter->take (report->state, result);
    }
  fflush (stdout);
}

void
rebound_test_reports_end (ReboundTestReports *self, const ReboundTestTotal *total)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      report->reporter->end (report->state, total);
      report->state = NULL;
    }
}

void
rebound_test_reports_skip (ReboundTestReports *self, const char *why)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      report->reporter->skip (get_stream (report), why);
    }
}

gboolean
rebound_test_reports_commit (ReboundTestReports *self)
{
  gboolean is_whole = TRUE;

  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];
      g_autoptr (GError) error = NULL;

      if (report->file == NULL || rebound_whole_file_commit (report->file, &error))
        continue;
      rebound_command_complain ("%s", error->message);
      is_whole = FALSE;
    }
  return is_whole;
}
