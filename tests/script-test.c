/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Most that there is to be said of the language can be said as: this script ends like that. */

#include "script-test.h"

#include "lifecycle/rebound-duration.h"
#include "lifecycle/rebound-value.h"

#include <string.h>

ScriptTest *
script_test_new (const char *script)
{
  ScriptTest *self = g_new0 (ScriptTest, 1);
  g_autoptr (GBytes) bytes = g_bytes_new_static (script, strlen (script));
  g_autoptr (GError) error = NULL;

  test_bell_register ();
  self->run = rebound_run_new_from_bytes (bytes, "t.life", NULL, REBOUND_CLOCK_VIRTUAL, &error);
  g_assert_no_error (error);
  self->sink = recording_sink_new ();
  rebound_run_add_sink (self->run, REBOUND_EVENT_SINK (self->sink));
  return self;
}

void
script_test_free (ScriptTest *self)
{
  g_clear_object (&self->run);
  g_clear_object (&self->sink);
  g_clear_error (&self->error);
  g_free (self);
}

void
script_test_play (ScriptTest *self)
{
  self->status = rebound_run_play (self->run, &self->error);
}

ScriptTest *
script_test_run (const char *script)
{
  ScriptTest *self = script_test_new (script);

  script_test_play (self);
  return self;
}

static void
append_field (GString *out, ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (strcmp (rebound_event_get_field_name (event, i), name) == 0)
      g_string_append_printf (out, ": %s",
                              g_value_get_string (rebound_event_get_field_value (event, i)));
}

char *
script_test_dup_outcome (ScriptTest *self)
{
  GPtrArray *events = recording_sink_get_events (self->sink);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      ReboundEvent *event = events->pdata[i];
      g_autofree char *time = rebound_duration_to_string (rebound_event_get_time_usec (event));

      if (rebound_event_get_group (event) != REBOUND_EVENT_GROUP_CHECKS)
        continue;
      g_string_append_printf (out, "%s %s", time, rebound_event_get_kind (event));
      append_field (out, event, "seen");
      g_string_append_c (out, '\n');
    }
  g_string_append_printf (out, "status %d", (int) self->status);
  if (self->error != NULL)
    g_string_append_printf (out, ": %s", self->error->message);
  g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}

void
script_test_check (const char *script, const char *outcome)
{
  g_autoptr (ScriptTest) test = script_test_run (script);
  g_autofree char *seen = script_test_dup_outcome (test);

  if (strcmp (seen, outcome) != 0)
    g_test_message ("of the script\n%s", script);
  g_assert_cmpstr (seen, ==, outcome);
}

static void
append_values (GString *out, ReboundEvent *event)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    {
      g_autofree char *value = rebound_value_to_string (rebound_event_get_field_spec (event, i),
                                                        rebound_event_get_field_value (event, i));

      g_string_append_printf (out, " %s", value);
    }
}

static void
append_life (GString *out, ReboundEvent *event)
{
  g_autofree char *time = rebound_duration_to_string (rebound_event_get_time_usec (event));
  const char *kind = rebound_event_get_kind (event);

  if (strcmp (kind, "print") == 0)
    g_string_truncate (out, 0);
  else if (strcmp (kind, "failed") == 0)
    {
      g_string_append_printf (out, "%s failed", time);
      append_field (out, event, "seen");
      g_string_append_c (out, '\n');
    }
  else if ((rebound_event_get_group (event)
            & (REBOUND_EVENT_GROUP_LIFE | REBOUND_EVENT_GROUP_ACTORS))
           != 0)
    {
      g_string_append_printf (out, "%s %s %s", time, rebound_event_get_actor (event), kind);
      append_values (out, event);
      g_string_append_c (out, '\n');
    }
}

char *
script_test_dup_life (ScriptTest *self)
{
  GPtrArray *events = recording_sink_get_events (self->sink);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    append_life (out, events->pdata[i]);
  if (self->status != REBOUND_RUN_STATUS_AS_EXPECTED)
    g_string_append_printf (out, "status %d: %s\n", (int) self->status, self->error->message);
  return g_string_free (out, FALSE);
}

void
script_test_play_and_check_life (ScriptTest *self, const char *life)
{
  g_autofree char *seen = NULL;

  script_test_play (self);
  seen = script_test_dup_life (self);
  g_assert_cmpstr (seen, ==, life);
}

void
script_test_check_life (const char *script, const char *life)
{
  g_autoptr (ScriptTest) test = script_test_run (script);
  g_autofree char *seen = script_test_dup_life (test);

  if (strcmp (seen, life) != 0)
    g_test_message ("of the script\n%s", script);
  g_assert_cmpstr (seen, ==, life);
}

void
script_test_check_all (const ScriptTestCase *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    script_test_check (cases[i].script, cases[i].outcome);
}

void
script_test_delete_tree (GFile *file)
{
  g_autoptr (GFileEnumerator) children
      = g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                   G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  GFile *child;

  while (children != NULL && g_file_enumerator_iterate (children, NULL, &child, NULL, NULL)
         && child != NULL)
    script_test_delete_tree (child);
  g_assert_true (g_file_delete (file, NULL, NULL));
}
