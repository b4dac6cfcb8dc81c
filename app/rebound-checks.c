/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TAP and JUnit know tests with names, and their readers keep a history by name. So a check is
 * called by its line and what it says, and where a script repeats it, by its number besides. A
 * script without any check still has one result, and one that breaks off in the middle is not as
 * good as what it had reached by then: therefore the run itself is a check, the last. */

#include "rebound-checks.h"

#include <string.h>

#include "lifecycle/rebound-run.h"

struct _ReboundChecks
{
  GHashTable *names; /* name → how many checks had it */
  gint64 last_usec;
};

ReboundChecks *
rebound_checks_new (void)
{
  ReboundChecks *self = g_new0 (ReboundChecks, 1);

  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
rebound_checks_free (ReboundChecks *self)
{
  g_hash_table_unref (self->names);
  g_free (self);
}

void
rebound_check_clear (ReboundCheck *check)
{
  g_clear_pointer (&check->name, g_free);
}

static const char *
get_field (ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (strcmp (rebound_event_get_field_name (event, i), name) == 0
        && G_VALUE_HOLDS_STRING (rebound_event_get_field_value (event, i)))
      return g_value_get_string (rebound_event_get_field_value (event, i));
  return NULL;
}

static char *
make_name (ReboundChecks *self, const char *line, const char *statement)
{
  char *name = g_strdup_printf ("line %s: %s", line, statement);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->names, name)) + 1;
  char *numbered;

  g_hash_table_insert (self->names, g_strdup (name), GUINT_TO_POINTER (number));
  if (number == 1)
    return name;
  numbered = g_strdup_printf ("%s (%u)", name, number);
  g_free (name);
  return numbered;
}

gboolean
rebound_checks_take (ReboundChecks *self, ReboundEvent *event, ReboundCheck *check)
{
  const char *kind = rebound_event_get_kind (event);
  gint64 time_usec = rebound_event_get_time_usec (event);
  gboolean met = strcmp (kind, "met") == 0;

  if (rebound_event_get_group (event) != REBOUND_EVENT_GROUP_CHECKS
      || (!met && strcmp (kind, "failed") != 0) || get_field (event, "statement") == NULL
      || get_field (event, "line") == NULL)
    return FALSE;
  *check = (ReboundCheck){ .met = met,
                           .statement = get_field (event, "statement"),
                           .line = get_field (event, "line"),
                           .seen = get_field (event, "seen"),
                           .time_usec = time_usec,
                           .since_usec = time_usec - self->last_usec };
  check->name = make_name (self, check->line, check->statement);
  self->last_usec = time_usec;
  return TRUE;
}

gint64
rebound_checks_get_rest_usec (ReboundChecks *self, const ReboundSummary *summary)
{
  return summary->virtual_usec - self->last_usec;
}

const char *
rebound_checks_describe_end (const ReboundSummary *summary)
{
  if (summary->problem == NULL)
    return NULL;
  switch (summary->status)
    {
    case REBOUND_RUN_STATUS_INTERRUPTED:
      return "interrupted";
    case REBOUND_RUN_STATUS_INTERNAL:
      return "internal error";
    default:
      return "broken off";
    }
}

const char *
rebound_checks_get_explanation (ReboundEvent *event)
{
  return rebound_event_get_group (event) == REBOUND_EVENT_GROUP_EXPLANATIONS
             ? rebound_event_get_text (event)
             : NULL;
}
