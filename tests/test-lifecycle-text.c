/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is printed of the lifecycle is what is played: the diagram has exactly the transitions of
 * the array, and the tables have every word, callback and plan. The profiles are held against the
 * documents' table, written down here once more. */

#include "lifecycle-table.h"
#include "lifecycle/rebound-application.h"
#include "lifecycle/rebound-device.h"
#include "lifecycle/rebound-lifecycle-enums.h"
#include "lifecycle/rebound-lifecycle.h"
#include "lifecycle/rebound-profile-private.h"
#include "lifecycle/rebound-transition-private.h"
#include "lifecycle/rebound-value.h"
#include "lifecycle/rebound-watchdog-private.h"

#include <string.h>

#define N_STATES LIFECYCLE_TABLE_N_STATES

/* -- the diagram -- */

/* The state that the diagram calls @id; -1 for the box around those with a process. */
static int
state_of (const char *id)
{
  if (g_str_equal (id, "process"))
    return -1;
  for (int i = 0; i < N_STATES; i++)
    {
      const char *name = lifecycle_table_name_state ((ReboundApplicationState) i);
      g_autofree char *plain = g_strdelimit (g_strdup (name), "-", '_');

      if (g_str_equal (id, plain))
        return i;
    }
  g_test_fail_printf ("the diagram has a state “%s”", id);
  return 0;
}

/* "word: from > to", for each word of an edge and each state that it begins in. */
static void
add_edge (GHashTable *edges, int from, int to, const char *words)
{
  g_auto (GStrv) list = g_strsplit (words, ", ", -1);

  for (int state = from < 0 ? 1 : from; state < (from < 0 ? N_STATES : from + 1); state++)
    for (guint i = 0; list[i] != NULL; i++)
      {
        char *edge = g_strdup_printf ("%s: %d > %d", list[i], state, to);

        if (!g_hash_table_add (edges, edge))
          g_test_fail_printf ("the diagram has “%s” twice", edge);
      }
}

/* All edges of the diagram but the one from the start. */
static GHashTable *
read_diagram (const char *text, char **start)
{
  GHashTable *edges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *begin = strstr (text, "```mermaid\nstateDiagram-v2\n");
  g_autofree char *diagram = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_nonnull (begin);
  diagram = g_strndup (begin + 3, (gsize) (strstr (begin + 3, "```") - begin - 3));
  lines = g_strsplit (diagram, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) ends = g_strsplit (g_strstrip (lines[i]), " --> ", 2);
      g_auto (GStrv) label
          = ends[0] != NULL && ends[1] != NULL ? g_strsplit (ends[1], " : ", 2) : NULL;

      if (label == NULL)
        continue;
      if (g_str_equal (ends[0], "[*]"))
        *start = g_strdup (label[0]);
      else
        add_edge (edges, state_of (ends[0]), state_of (label[0]), label[1]);
    }
  return edges;
}

static void
test_diagram (void)
{
  g_autofree char *text = rebound_lifecycle_describe ();
  g_autofree char *start = NULL;
  g_autoptr (GHashTable) edges = read_diagram (text, &start);
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);

  g_test_summary ("The diagram has exactly the transitions of the array");

  g_assert_cmpstr (start, ==, "not_running");
  for (guint i = 0; i < n_transitions; i++)
    {
      g_autofree char *edge = g_strdup_printf ("%s: %d > %d", transitions[i].words[0],
                                               (int) transitions[i].from, (int) transitions[i].to);

      if (!g_hash_table_remove (edges, edge))
        g_test_fail_printf ("the diagram lacks “%s”", edge);
    }
  g_assert_cmpuint (g_hash_table_size (edges), ==, 0);
}

static void
test_every_state_is_reached (void)
{
  gboolean is_reached[N_STATES] = { TRUE };
  guint n_transitions;
  const ReboundTransition *transitions = rebound_transitions (&n_transitions);

  g_test_summary ("There is a way from where an application begins to every state");

  for (guint round = 0; round < N_STATES; round++)
    for (guint i = 0; i < n_transitions; i++)
      if (is_reached[transitions[i].from])
        is_reached[transitions[i].to] = TRUE;
  for (int i = 0; i < N_STATES; i++)
    if (!is_reached[i])
      g_test_fail_printf ("%s is not reached",
                          lifecycle_table_name_state ((ReboundApplicationState) i));
}

/* -- tables -- */

/* The cells of a row of a table, without their padding; NULL for any other line. */
static char **
split_row (const char *line)
{
  g_autofree char *inner = NULL;
  char **cells;

  if (!g_str_has_prefix (line, "| ") || !g_str_has_suffix (line, " |") || line[2] == '-')
    return NULL;
  inner = g_strndup (line + 2, strlen (line) - 4);
  cells = g_strsplit (inner, " | ", -1);
  for (guint i = 0; cells[i] != NULL; i++)
    g_strstrip (cells[i]);
  return cells;
}

/* How many rows of @text begin with `word`, in a table of @n_columns. */
static guint
count_rows (const char *text, const char *word, guint n_columns)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *code = g_strdup_printf ("`%s`", word);
  guint count = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = split_row (lines[i]);

      if (cells != NULL && g_str_equal (cells[0], code))
        {
          g_assert_cmpuint (g_strv_length (cells), ==, n_columns);
          count++;
        }
    }
  return count;
}

static void
test_words (void)
{
  g_autofree char *text = rebound_lifecycle_describe ();
  g_autoptr (GEnumClass) callbacks = g_type_class_ref (REBOUND_TYPE_CALLBACK);
  guint n_plans;
  const ReboundPlan *plans = rebound_plans (&n_plans);

  g_test_summary ("The tables have every word, as often as the arrays, and every callback of one");

  for (guint i = 0; i < lifecycle_table_get_n_words (); i++)
    {
      const char *word = lifecycle_table_get_word (i);
      guint n_rows = lifecycle_table_is_own_word (i) ? 1 : 0;

      for (guint j = 0; j < n_plans; j++)
        n_rows += g_str_equal (plans[j].word, word) ? 1 : 0;
      g_assert_cmpuint (count_rows (text, word, 5), ==, n_rows);
    }
  for (guint i = 0; i < callbacks->n_values; i++)
    {
      const char *name = callbacks->values[i].value_nick;
      g_autofree char *cell = g_strdup_printf ("| %s ", name);

      if (!g_str_has_prefix (name, "protected-data-") && strstr (text, cell) == NULL)
        g_test_fail_printf ("no row has %s", name);
    }
}

static void
test_rows (void)
{
  static const char *const rows[] = {
    /* clang-format off */
    "`launch`|not-running|will-finish-launching|inactive|",
    "||did-finish-launching|inactive|",
    "||did-become-active|active|active",
    "`resign-active`|active|will-resign-active|active|inactive",
    "`memory-warning`|inactive, active, background|did-receive-memory-warning|the same|the same",
    "`crash`|any but not-running|none||not-running",
    "`home`|unlocked|active|resign-active, enter-background, suspend|suspended",
    "`lock`|unlocked, lock-means=resign|active|resign-active|inactive",
    "`unlock`|locked, it was in front then|suspended|resume, enter-foreground, become-active|active",
    "`reboot`|in any way|any but not-running|kill|not-running",
    "`network-up`|without a link|any|nothing|the same",
    /* clang-format on */
  };
  g_autofree char *text = rebound_lifecycle_describe ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("Rows of each kind, as they are to be read");

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) cells = split_row (lines[i]);

      if (cells != NULL)
        g_hash_table_add (seen, g_strjoinv ("|", cells));
    }
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (!g_hash_table_contains (seen, rows[i]))
      g_test_fail_printf ("there is no row “%s”", rows[i]);
}

static void
check_padding (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 1; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "|") && g_str_has_prefix (lines[i - 1], "|"))
      g_assert_cmpint (g_utf8_strlen (lines[i], -1), ==, g_utf8_strlen (lines[i - 1], -1));
}

static void
test_padding (void)
{
  g_autofree char *lifecycle = rebound_lifecycle_describe ();
  g_autofree char *profiles = rebound_profiles_describe ();

  g_test_summary ("All lines of a table are equally long, and the last line has its end");

  check_padding (lifecycle);
  check_padding (profiles);
  g_assert_true (g_str_has_suffix (lifecycle, ".\n"));
  g_assert_true (g_str_has_suffix (profiles, ".\n"));
}

/* -- profiles -- */

static void
test_profiles (void)
{
  static const char *const rows[] = {
    /* clang-format off */
    "property|linux|ios-4|ios-5|ios-12|ios-13",
    "`lock-means`|background|resign|background|background|background",
    "`reclaim`|never|at-lock|at-lock|at-suspend|at-suspend",
    "`reclaim-style`|defunct|fin|fin|defunct|defunct",
    "`rebind-rule`|both|new|new|new|new",
    "`time-wait`|1min|30s|30s|30s|30s",
    "`background-budget`|30s|10min|10min|3min|30s",
    /* clang-format on */
  };
  g_autofree char *text = rebound_profiles_describe ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint row = 0;

  g_test_summary ("The table of the profiles is the one of the documents");

  for (guint i = 0; lines[i] != NULL && row < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) cells = split_row (lines[i]);
      g_autofree char *seen = cells != NULL ? g_strjoinv ("|", cells) : NULL;

      if (seen != NULL)
        g_assert_cmpstr (seen, ==, rows[row++]);
    }
  g_assert_cmpuint (row, ==, G_N_ELEMENTS (rows));
}

static gboolean
has_source (const ReboundFigure *figures, guint n_figures, const char *property)
{
  for (guint i = 0; i < n_figures; i++)
    if (g_str_equal (figures[i].property, property))
      return strlen (figures[i].source) > 0;
  return FALSE;
}

/* The property's value under each profile, but for the first one's. */
static gboolean
differs (GObject *device, GParamSpec *pspec)
{
  g_autoptr (GEnumClass) profiles = g_type_class_ref (REBOUND_TYPE_PROFILE);
  g_autofree char *first = NULL;
  gboolean does = FALSE;

  for (guint i = 0; i < profiles->n_values; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;
      g_autofree char *now = NULL;

      g_object_set (device, "profile", profiles->values[i].value, NULL);
      g_object_get_property (device, pspec->name, &value);
      now = rebound_value_to_string (pspec, &value);
      does = does || (first != NULL && !g_str_equal (first, now));
      if (first == NULL)
        first = g_steal_pointer (&now);
    }
  return does;
}

static void
test_sources (void)
{
  g_autoptr (GObject) device = g_object_new (REBOUND_TYPE_DEVICE, NULL);
  g_autofree char *text = rebound_profiles_describe ();
  guint n_profile, n_limits, n_properties;
  const ReboundFigure *profile = rebound_profile_get_figures (&n_profile);
  const ReboundFigure *limits = rebound_watchdog_get_figures (&n_limits);
  g_autofree GParamSpec **properties
      = g_object_class_list_properties (G_OBJECT_GET_CLASS (device), &n_properties);

  g_test_summary ("Whatever a profile sets, and every limit, has a source, which is printed");

  for (guint i = 0; i < n_properties; i++)
    {
      const char *name = properties[i]->name;

      if (!g_str_equal (name, "profile") && differs (device, properties[i]))
        g_assert_true (has_source (profile, n_profile, name));
      if (g_str_has_suffix (name, "-limit"))
        g_assert_true (has_source (limits, n_limits, name));
    }
  for (guint i = 0; i < n_profile; i++)
    g_assert_nonnull (strstr (text, profile[i].source));
  for (guint i = 0; i < n_limits; i++)
    g_assert_nonnull (strstr (text, limits[i].source));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lifecycle-text/diagram", test_diagram);
  g_test_add_func ("/lifecycle-text/every-state-is-reached", test_every_state_is_reached);
  g_test_add_func ("/lifecycle-text/words", test_words);
  g_test_add_func ("/lifecycle-text/rows", test_rows);
  g_test_add_func ("/lifecycle-text/padding", test_padding);
  g_test_add_func ("/lifecycle-text/profiles", test_profiles);
  g_test_add_func ("/lifecycle-text/sources", test_sources);
  return g_test_run ();
}
