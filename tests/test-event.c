/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event by itself: its fields as values, and the sentence that a template makes of them. */

#include "lifecycle/rebound-event-private.h"

#include <string.h>

#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-value.h"

static ReboundEvent *
new_event (void)
{
  return rebound_event_new (7, 1500, g_intern_static_string ("web"),
                            g_intern_static_string ("opened"), REBOUND_EVENT_GROUP_ACTORS, "t:1");
}

static void
add_text (ReboundEvent *event, const char *name, const char *text)
{
  g_autoptr (GParamSpec) pspec
      = g_param_spec_ref_sink (g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READABLE));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  rebound_event_add_field (event, pspec, &value);
}

static void
add_duration (ReboundEvent *event, const char *name, gint64 usec)
{
  g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (
      rebound_param_spec_duration (name, NULL, NULL, 0, G_MAXINT64, 0, G_PARAM_READABLE));
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, usec);
  rebound_event_add_field (event, pspec, &value);
}

static void
test_value (void)
{
  g_autoptr (ReboundEvent) event = new_event ();
  g_autoptr (ReboundEvent) other = rebound_event_ref (event);
  g_auto (GValue) boxed = G_VALUE_INIT;

  g_test_summary ("What an event was made with is what it says");

  g_assert_cmpuint (rebound_event_get_number (event), ==, 7);
  g_assert_cmpint (rebound_event_get_time_usec (event), ==, 1500);
  g_assert_cmpstr (rebound_event_get_actor (event), ==, "web");
  g_assert_cmpstr (rebound_event_get_kind (event), ==, "opened");
  g_assert_cmpint (rebound_event_get_group (event), ==, REBOUND_EVENT_GROUP_ACTORS);
  g_assert_cmpstr (rebound_event_get_source (event), ==, "t:1");
  g_assert_cmpstr (rebound_event_get_text (event), ==, "");
  g_assert_cmpuint (rebound_event_get_n_fields (event), ==, 0);
  g_value_init (&boxed, REBOUND_TYPE_EVENT);
  g_value_set_boxed (&boxed, event);
  g_assert_true (g_value_get_boxed (&boxed) == other);
}

static void
test_fields (void)
{
  g_autoptr (ReboundEvent) event = new_event ();
  g_autofree char *shown = NULL;

  g_test_summary ("Fields are typed and in order; a text that is none is no field");

  add_text (event, "peer", "phone#1");
  add_text (event, "nothing", NULL);
  add_text (event, "empty", "");
  add_duration (event, "for", 61 * (gint64) G_USEC_PER_SEC);
  g_assert_cmpuint (rebound_event_get_n_fields (event), ==, 3);
  g_assert_cmpstr (rebound_event_get_field_name (event, 0), ==, "peer");
  g_assert_cmpstr (rebound_event_get_field_name (event, 1), ==, "empty");
  g_assert_cmpstr (g_value_get_string (rebound_event_get_field_value (event, 0)), ==, "phone#1");
  g_assert_cmpint (g_value_get_int64 (rebound_event_get_field_value (event, 2)), ==,
                   61 * (gint64) G_USEC_PER_SEC);
  shown = rebound_value_to_string (rebound_event_get_field_spec (event, 2),
                                   rebound_event_get_field_value (event, 2));
  g_assert_cmpstr (shown, ==, "61s");
}

static void
test_template (void)
{
  static const struct
  {
    const char *template;
    const char *text;
  } cases[] = {
    { "", "" },
    { "plain", "plain" },
    { "{peer}", "phone#1" },
    { "{peer}{peer}!", "phone#1phone#1!" },
    { "after {for}", "after 1.5s" },
    { "{unknown}", "" },
    { "a{empty}b", "ab" },
    { "closed[ by {peer}]", "closed by phone#1" },
    { "closed[ by {empty}], so", "closed, so" },
    { "closed[ by {unknown}][ after {for}]", "closed after 1.5s" },
    { "[{peer} {empty}]x", "x" },
    { "[always]", "always" },
    { "{strange}", "[{peer}] {x" },
    { "[: {strange}]", ": [{peer}] {x" },
    /* What is not closed stands as it is. */
    { "{peer", "{peer" },
    { "a [ {peer}", "a [ phone#1" },
    { "}]", "}]" },
    { "[{peer]}", "{peer}" },
    { "{}", "" },
    { "[{}]", "" },
    { "ä{peer}ö", "äphone#1ö" },
    /* Columns: texts stand on the left, numbers on the right. */
    { "{peer:9}|{for:6}|{peer:3}|{unknown:3}|", "phone#1  |  1.5s|phone#1||" },
  };

  g_test_summary ("{name} is a field's value; a part in […] goes when a field in it is empty");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (ReboundEvent) event = new_event ();

      add_text (event, "peer", "phone#1");
      add_text (event, "empty", "");
      add_text (event, "strange", "[{peer}] {x");
      add_duration (event, "for", 1500000);
      rebound_event_set_text (event, cases[i].template);
      g_assert_cmpstr (rebound_event_get_text (event), ==, cases[i].text);
    }
}

static void
test_template_again (void)
{
  g_autoptr (ReboundEvent) event = new_event ();

  g_test_summary ("A second template takes the place of the first");

  rebound_event_set_text (event, "one");
  rebound_event_set_text (event, "two");
  g_assert_cmpstr (rebound_event_get_text (event), ==, "two");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/value", test_value);
  g_test_add_func ("/event/fields", test_fields);
  g_test_add_func ("/event/template", test_template);
  g_test_add_func ("/event/template-again", test_template_again);
  return g_test_run ();
}
