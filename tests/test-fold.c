/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is folded has to say the same: the folds are held against runs of events that nearly do. */

#include "app/rebound-fold.h"

#include <string.h>

#include "lifecycle/rebound-event-private.h"

#define MOST_LINES 3

/* Instants, each "ACTOR TEXT" a line; the group of all of them. */
typedef struct
{
  const char *name;
  ReboundEventGroup group;
  const char *instants[5][MOST_LINES];
  guint n_folded; /* how many of the instants become one, 0: not even the first is kept */
  gint64 step;
} Case;

#define ACTORS REBOUND_EVENT_GROUP_ACTORS

static const Case cases[] = {
  { "the-same", ACTORS, { { "a x", "b y" }, { "a x", "b y" }, { "a x", "b y" } }, 3, 0 },
  { "next-numbers",
    ACTORS,
    { { "a got a#9", "b lost a#9" },
      { "a got a#10", "b lost a#10" },
      { "a got a#11", "b lost a#12" } },
    2,
    1 },
  { "two-connections",
    ACTORS,
    { { "a a#1", "b b#7" }, { "a a#3", "b b#9" }, { "a a#5", "b b#11" }, { "a a#7", "b b#12" } },
    3,
    2 },
  { "numbers-that-stay", ACTORS, { { "a a#4", "b 4" }, { "a a#4", "b 4" } }, 2, 0 },
  { "not-all-numbers-go-on", ACTORS, { { "a a#1", "b b#1" }, { "a a#2", "b b#1" } }, 1, 0 },
  { "a-number-that-goes-back", ACTORS, { { "a a#2", "b x" }, { "a a#1", "b x" } }, 1, 0 },
  { "another-step", ACTORS, { { "a a#1", "b x" }, { "a a#2", "b x" }, { "a a#4", "b x" } }, 2, 1 },
  { "they-stay-at-first",
    ACTORS,
    { { "a a#1", "b x" }, { "a a#1", "b x" }, { "a a#2", "b x" } },
    2,
    0 },
  { "other-numbers", ACTORS, { { "a x 1", "b y" }, { "a x 2", "b y" } }, 1, 0 },
  { "a-number-of-no-name", ACTORS, { { "a x #1", "b y" }, { "a x #2", "b y" } }, 1, 0 },
  { "longer", ACTORS, { { "a a#1", "b y" }, { "a a#2 x", "b y" } }, 1, 0 },
  { "shorter", ACTORS, { { "a a#1 x", "b y" }, { "a a#2", "b y" } }, 1, 0 },
  { "another-actor", ACTORS, { { "a x", "b y" }, { "a x", "c y" } }, 1, 0 },
  { "another-order", ACTORS, { { "a x", "b y" }, { "b y", "a x" } }, 1, 0 },
  { "one-more", ACTORS, { { "a x", "b y" }, { "a x", "b y", "b y" } }, 1, 0 },
  { "one-less", ACTORS, { { "a x", "b y", "b y" }, { "a x", "b y" } }, 1, 0 },
  { "one-event", ACTORS, { { "a x" }, { "a x" } }, 0, 0 },
  { "events-that-are-one", ACTORS, { { "a x", "a x" }, { "a x", "a x" } }, 0, 0 },
  { "the-script", REBOUND_EVENT_GROUP_SCRIPT, { { "a x", "b y" }, { "a x", "b y" } }, 0, 0 },
  { "checks", REBOUND_EVENT_GROUP_CHECKS, { { "a x", "b y" }, { "a x", "b y" } }, 0, 0 },
  { "segments", REBOUND_EVENT_GROUP_PACKETS, { { "a x", "b y" }, { "a x", "b y" } }, 0, 0 },
};

static ReboundEvent *
new_event (const char *line, ReboundEventGroup group, gint64 time_usec)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", 2);
  ReboundEvent *event = rebound_event_new (1, time_usec, g_intern_string (parts[0]),
                                           g_intern_static_string ("said"), group, NULL);

  rebound_event_set_text (event, parts[1]);
  return event;
}

static GPtrArray *
new_instant (const Case *test, guint index)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) rebound_event_unref);

  for (guint i = 0; i < MOST_LINES && test->instants[index][i] != NULL; i++)
    g_ptr_array_add (events, new_event (test->instants[index][i], test->group, 1000 * index));
  return events;
}

static void
test_instants (gconstpointer data)
{
  const Case *test = data;
  ReboundInstantFold fold = { 0 };
  g_autoptr (GPtrArray) first = new_instant (test, 0);
  guint n_folded;

  g_assert_false (rebound_instant_fold_take (&fold, first));
  n_folded = rebound_instant_fold_begin (&fold, first) ? 1 : 0;
  for (guint i = 1; i < G_N_ELEMENTS (test->instants) && test->instants[i][0] != NULL; i++)
    {
      g_autoptr (GPtrArray) next = new_instant (test, i);

      if (!rebound_instant_fold_take (&fold, next))
        break;
      n_folded++;
    }
  g_assert_cmpuint (n_folded, ==, test->n_folded);
  if (n_folded > 0)
    g_assert_cmpuint (fold.repeat.count, ==, n_folded);
  if (n_folded > 1)
    g_assert_cmpint (fold.step, ==, test->step);
  rebound_instant_fold_clear (&fold);
}

static void
check_repeat (const char *expected, guint n_times, const gint64 *times_usec)
{
  ReboundRepeat repeat;
  g_autoptr (GString) text = g_string_new (NULL);

  rebound_repeat_begin (&repeat, times_usec[0]);
  for (guint i = 1; i < n_times; i++)
    rebound_repeat_note (&repeat, times_usec[i]);
  rebound_repeat_append (&repeat, text);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_repeat (void)
{
  g_test_summary ("Distances are said where they are the same, to the microsecond");

  check_repeat ("×2, until 0.200", 2, (const gint64[]){ 0, 200000 });
  check_repeat ("×3, every 200 ms, until 0.400", 3, (const gint64[]){ 0, 200000, 400000 });
  check_repeat ("×3, until 0.400001", 3, (const gint64[]){ 0, 200000, 400001 });
  check_repeat ("×4, until 0.600", 4, (const gint64[]){ 0, 300000, 400000, 600000 });
  check_repeat ("×4, until 0.400", 4, (const gint64[]){ 0, 200000, 300000, 400000 });
  check_repeat ("×3", 3, (const gint64[]){ 5, 5, 5 });
  check_repeat ("×3, every 1 us, until 0.000007", 3, (const gint64[]){ 5, 6, 7 });
  check_repeat ("×3, every 1.5 s, until 3.000", 3, (const gint64[]){ 0, 1500000, 3000000 });
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/fold/instants/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_instants);
    }
  g_test_add_func ("/fold/repeat", test_repeat);
  return g_test_run ();
}
