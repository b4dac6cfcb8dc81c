/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As the outputs of a run are (rebound-outputs.c), but for what they are told: results of scripts
 * instead of events. On standard output a report grows as results come; a file appears when it is
 * whole. */

#include "rebound-test-reports.h"

#include <string.h>

#include "rebound-command.h"
#include "rebound-destinations.h"

#define OPTION "--output"

static const ReboundTestReporter *const reporters[]
    = { &rebound_test_summary, &rebound_test_tap, &rebound_test_junit };

typedef struct
{
  const ReboundTestReporter *reporter;
  gpointer state; /* the reporter's, between its begin and its end */
} Report;

struct _ReboundTestReports
{
  ReboundDestinations *destinations;
  GPtrArray *reports; /* Report, one a destination */
};

void
rebound_test_reports_free (ReboundTestReports *self)
{
  rebound_destinations_free (self->destinations);
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
add (ReboundTestReports *self, const char *spec)
{
  const char *colon = strchrnul (spec, ':');
  g_autofree char *name = g_strndup (spec, (gsize) (colon - spec));
  const ReboundTestReporter *reporter = find_reporter (name);
  Report *report;

  if (reporter == NULL)
    rebound_command_complain (OPTION ": “%s” is no format; expected one of summary, tap, junit",
                              name);
  else if (rebound_destinations_add (self->destinations, OPTION, *colon != '\0' ? colon + 1 : "-"))
    {
      report = g_new0 (Report, 1);
      report->reporter = reporter;
      g_ptr_array_add (self->reports, report);
      return TRUE;
    }
  return FALSE;
}

/* A report in a file is for a machine, and the person who waits has the summary. */
ReboundTestReports *
rebound_test_reports_new (char **specs, int *status)
{
  g_autoptr (ReboundTestReports) self = g_new0 (ReboundTestReports, 1);

  *status = REBOUND_EXIT_USAGE;
  self->destinations = rebound_destinations_new ();
  self->reports = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; specs != NULL && specs[i] != NULL; i++)
    if (!add (self, specs[i]))
      return NULL;
  if (!rebound_destinations_has_standard (self->destinations))
    add (self, "summary");
  *status = REBOUND_EXIT_INTERNAL;
  return rebound_destinations_open (self->destinations) ? g_steal_pointer (&self) : NULL;
}

void
rebound_test_reports_begin (ReboundTestReports *self)
{
  for (guint i = 0; i < self->reports->len; i++)
    {
      Report *report = self->reports->pdata[i];

      report->state
          = report->reporter->begin (rebound_destinations_get_stream (self->destinations, i));
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

      report->reporter->skip (rebound_destinations_get_stream (self->destinations, i), why);
    }
}

gboolean
rebound_test_reports_commit (ReboundTestReports *self)
{
  return rebound_destinations_commit (self->destinations);
}
