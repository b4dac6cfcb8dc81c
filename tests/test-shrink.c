/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a script that fails is made shorter, with a rule in place of a play: what is left out, what
 * is made simpler, what is asked and how often. And the dice that lives are made with. */

#include "app/rebound-dice.h"
#include "app/rebound-life-script.h"
#include "app/rebound-shrink.h"

#include <string.h>

typedef struct
{
  const char *const
      *needed; /* globs: a line, or it and the rest, has to match each, in this order */
  guint n_asked;
  guint most_at_once;
} Rule;

static gboolean
is_kept (const Rule *rule, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint n_found = 0;

  for (guint i = 0; lines[i] != NULL && rule->needed[n_found] != NULL; i++)
    {
      g_autofree char *rest = g_strjoinv ("\n", lines + i);

      if (g_pattern_match_simple (rule->needed[n_found], lines[i])
          || g_pattern_match_simple (rule->needed[n_found], rest))
        n_found++;
    }
  return rule->needed[n_found] == NULL;
}

static int
ask (GPtrArray *texts, gboolean is_bare, gpointer user_data)
{
  Rule *rule = user_data;

  rule->n_asked += texts->len;
  rule->most_at_once = MAX (rule->most_at_once, texts->len);
  for (guint i = 0; i < texts->len; i++)
    if (is_kept (rule, texts->pdata[i]))
      return (int) i;
  return -1;
}

/* What a statement of the script itself begins with here. */
#define OWN '!'

static char *
shrink (const char *text, const char *const *needed, guint n_at_once, guint *n_asked)
{
  Rule rule = { .needed = needed };
  g_autoptr (GPtrArray) statements = rebound_life_script_new ();
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autoptr (GPtrArray) shorter = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    rebound_life_script_insert (statements, -1, g_strdup (lines[i]), lines[i][0] != OWN);
  shorter = rebound_shrink (statements, n_at_once, ask, &rule);
  g_assert_cmpuint (rule.most_at_once, <=, n_at_once);
  if (n_asked != NULL)
    *n_asked = rule.n_asked;
  return rebound_life_script_join (shorter);
}

static void
test_statements (void)
{
  static const char *const needed[] = { "b", "y", NULL };
  g_autofree char *shorter
      = shrink ("a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\np\nq\nr\ns\nt\nu\nv\nw\nx\ny\nz",
                needed, 3, NULL);

  g_test_summary ("What is not needed is left out");

  g_assert_cmpstr (shorter, ==, "b\ny\n");
}

static void
test_simpler (void)
{
  static const struct
  {
    const char *text;
    const char *needed[3];
    const char *shorter;
  } cases[] = {
    { "listener web port=30000 backlog=3 reuse-address=no",
      { "listener web *port=30000*" },
      "listener web port=30000\n" },
    { "client a message=\"two words\" count=1", { "client a*count=1" }, "client a count=1\n" },
    { "after 12.345s\nhome", { "after*s*home\n" }, "after 1s home\n" },
    { "after 37s", { "after 3?s" }, "after 30s\n" },
    { "after 4321ms", { "after 4*" }, "after 4s\n" },
    { "after 7s home", { "*home" }, "home\n" },
    { "repeat 3\n  home\nend", { "repeat 3" }, "repeat 3\n" },
    { "let a=b", { "let*" }, "let\n" },
  };

  g_test_summary ("What stays is made simpler");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shorter = shrink (cases[i].text, cases[i].needed, 2, NULL);

      g_assert_cmpstr (shorter, ==, cases[i].shorter);
    }
}

static void
test_own (void)
{
  static const char *const needed[] = { "!a*", "b*", NULL };
  static const char *const by_itself[] = { "!a*", NULL };
  g_autofree char *shorter = shrink ("!z\n!a b=c\nx\nb c=d\ny", needed, 2, NULL);
  g_autofree char *bare = shrink ("!z\n!a b=c\nx\nb c=d\ny", by_itself, 2, NULL);

  g_test_summary ("What is the script's own is left out or left alone, and a script that fails "
                  "without a life does so in the end");

  g_assert_cmpstr (shorter, ==, "!a b=c\nb\n");
  g_assert_cmpstr (bare, ==, "!a b=c\n");
}

/* A rule that a script breaks by itself once a statement of its own is missing. */
static int
ask_slippery (GPtrArray *texts, gboolean is_bare, gpointer user_data)
{
  for (guint i = 0; i < texts->len; i++)
    {
      const char *text = texts->pdata[i];

      if (strstr (text, "!promise") != NULL
          && (strstr (text, "!launch") == NULL || strstr (text, "fault") != NULL))
        return (int) i;
    }
  return -1;
}

static void
test_slippery (void)
{
  static const char *const lines[] = { "!web", "!launch", "x", "fault", "y", "!promise" };
  g_autoptr (GPtrArray) statements = rebound_life_script_new ();
  g_autoptr (GPtrArray) shorter = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("What fails without its life shows nothing of it, and is not what is found");

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    rebound_life_script_insert (statements, -1, g_strdup (lines[i]), lines[i][0] != OWN);
  shorter = rebound_shrink (statements, 3, ask_slippery, NULL);
  text = rebound_life_script_join (shorter);
  g_assert_cmpstr (text, ==, "!launch\nfault\n!promise\n");
}

/* A phone that has to be locked and unlocked in turn, and an application that has to live. */
static int
ask_in_turn (GPtrArray *texts, gboolean is_bare, gpointer user_data)
{
  for (guint i = 0; i < texts->len; i++)
    {
      g_auto (GStrv) lines = g_strsplit (texts->pdata[i], "\n", -1);
      gboolean is_locked = FALSE, is_gone = FALSE, is_good = TRUE, is_found = FALSE;

      for (guint j = 0; lines[j] != NULL; j++)
        {
          is_good = is_good && (strcmp (lines[j], "lock") != 0 || !is_locked)
                    && (strcmp (lines[j], "unlock") != 0 || is_locked)
                    && (strcmp (lines[j], "launch") != 0 || is_gone);
          is_locked
              = strcmp (lines[j], "lock") == 0 || (is_locked && strcmp (lines[j], "unlock") != 0);
          is_gone = strcmp (lines[j], "kill") == 0 || (is_gone && strcmp (lines[j], "launch") != 0);
          is_found = is_found || strcmp (lines[j], "fault") == 0;
        }
      if (is_good && is_found && !is_locked && !is_gone)
        return (int) i;
    }
  return -1;
}

static void
test_ways_back (void)
{
  static const char *const lines[] = { "lock",   "x",    "unlock", "kill",  "lock",  "unlock",
                                       "launch", "lock", "y",      "fault", "unlock" };
  g_autoptr (GPtrArray) statements = rebound_life_script_new ();
  g_autoptr (GPtrArray) shorter = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("Statements that need each other go together");

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    rebound_life_script_insert (statements, -1, g_strdup (lines[i]), TRUE);
  shorter = rebound_shrink (statements, 3, ask_in_turn, NULL);
  text = rebound_life_script_join (shorter);
  g_assert_cmpstr (text, ==, "fault\n");
}

static void
test_mended (void)
{
  static const char *const needed[] = { "set server delay=1s", NULL };
  static const char *const limit[] = { "kernel.limit-descriptors*", NULL };
  const char *text = "x\nset server delay=1s\ny\nset server delay=2s\nkernel.limit-descriptors "
                     "spare=3\nkernel.unlimit-descriptors\nset server delay=0s";
  g_autofree char *setting = shrink (text, needed, 4, NULL);
  g_autofree char *limited = shrink (text, limit, 4, NULL);

  g_test_summary ("What was mended in the whole life is mended in what is left of it");

  g_assert_cmpstr (setting, ==, "set server delay=1s\nset server delay=0s\n");
  g_assert_cmpstr (limited, ==, "kernel.limit-descriptors\nkernel.unlimit-descriptors\n");
}

static void
test_same_at_any_width (void)
{
  static const char *const needed[] = { "c*", "m", "after*x\n*", NULL };
  const char *text = "a\nb\nc d=e f=g\nh\ni\nj\nk\nl\nm\nn\no\np\nafter 59.999s\nq\nx\ny";
  g_autofree char *first = shrink (text, needed, 1, NULL);

  g_test_summary ("However many are played side by side, it is the same that is found");

  g_assert_cmpstr (first, ==, "c\nm\nafter 1s x\n");
  for (guint n_at_once = 2; n_at_once < 40; n_at_once += 3)
    {
      g_autofree char *other = shrink (text, needed, n_at_once, NULL);

      g_assert_cmpstr (other, ==, first);
    }
}

static void
test_cost (void)
{
  static const char *const needed[] = { "s7", "s50", "s93", NULL };
  g_autoptr (GString) text = g_string_new ("s0");
  g_autofree char *shorter = NULL;
  guint n_asked;

  g_test_summary ("Three statements of a hundred are found with fewer than two hundred plays");

  for (guint i = 1; i < 100; i++)
    g_string_append_printf (text, "\ns%u", i);
  shorter = shrink (text->str, needed, 1, &n_asked);
  g_assert_cmpstr (shorter, ==, "s7\ns50\ns93\n");
  g_assert_cmpuint (n_asked, <, 200);
}

static void
test_words (void)
{
  g_auto (GStrv) words
      = rebound_life_script_split_words (" print \"a b\\\" c\"  x='d \"e'f\tg#h\n");

  g_test_summary ("A statement's words, with what is in quotes");

  g_assert_cmpuint (g_strv_length (words), ==, 4);
  g_assert_cmpstr (words[0], ==, "print");
  g_assert_cmpstr (words[1], ==, "\"a b\\\" c\"");
  g_assert_cmpstr (words[2], ==, "x='d \"e'f");
  g_assert_cmpstr (words[3], ==, "g#h");
}

/* Those of PCG-XSH-RR with the seed 42, from the paper's formula written down in Python. */
static void
test_dice (void)
{
  static const guint expected[] = { 26, 9, 35, 55, 57, 46, 0, 71 };
  ReboundDice dice;

  g_test_summary ("The dice are the ones that are documented, the same on every machine");

  rebound_dice_init (&dice, 42);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpuint (rebound_dice_below (&dice, 100), ==, expected[i]);
}

static void
test_dice_ranges (void)
{
  ReboundDice dice;
  guint n_seen[3] = { 0 };
  const guint heavy[] = { 1, 0, 3 };
  g_autoptr (GArray) weights = g_array_new (FALSE, FALSE, sizeof (guint));

  g_test_summary ("Weights weigh, and a magnitude is within its bounds, at each of them too");

  g_array_append_vals (weights, heavy, G_N_ELEMENTS (heavy));
  rebound_dice_init (&dice, 7);
  for (guint i = 0; i < 4000; i++)
    n_seen[rebound_dice_weigh (&dice, weights)]++;
  g_assert_cmpuint (n_seen[1], ==, 0);
  g_assert_cmpuint (n_seen[0], >, 850);
  g_assert_cmpuint (n_seen[0], <, 1150);
  for (gint64 most = 1; most < 70; most++)
    {
      gint64 least_seen = most, most_seen = 0;

      for (guint i = 0; i < 3000; i++)
        {
          gint64 value = rebound_dice_magnitude (&dice, 1, most);

          least_seen = MIN (least_seen, value);
          most_seen = MAX (most_seen, value);
        }
      g_assert_cmpint (least_seen, ==, 1);
      g_assert_cmpint (most_seen, ==, most);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shrink/statements", test_statements);
  g_test_add_func ("/shrink/simpler", test_simpler);
  g_test_add_func ("/shrink/own", test_own);
  g_test_add_func ("/shrink/slippery", test_slippery);
  g_test_add_func ("/shrink/ways-back", test_ways_back);
  g_test_add_func ("/shrink/mended", test_mended);
  g_test_add_func ("/shrink/same-at-any-width", test_same_at_any_width);
  g_test_add_func ("/shrink/cost", test_cost);
  g_test_add_func ("/shrink/words", test_words);
  g_test_add_func ("/shrink/dice", test_dice);
  g_test_add_func ("/shrink/dice-ranges", test_dice_ranges);
  return g_test_run ();
}
