/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written is held against TAP as testanything.org has it, line by line. */

#include "app/rebound-tap.h"

#include "app/rebound-visible.h"
#include "written.h"

static void
test_points (void)
{
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundTap) tap = rebound_tap_new (written.stream);

    rebound_tap_comment (tap, "one\n\ntwo");
    rebound_tap_point (tap, TRUE, "good");
    rebound_tap_point (tap, FALSE, "");
    rebound_tap_skip (tap, "not here", "no kernel");
    rebound_tap_todo (tap, FALSE, "not yet", "issue 7");
    rebound_tap_plan (tap, NULL);
    rebound_tap_bail_out (tap, "enough");
  }
  written_check (&written, "TAP version 13\n# one\n#\n# two\nok 1 - good\nnot ok 2\n"
                           "ok 3 - not here # SKIP no kernel\n"
                           "not ok 4 - not yet # TODO issue 7\n1..4\nBail out! enough\n");
}

/* Whatever a text is, it is one line, and no directive. */
static void
test_hostile (void)
{
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundTap) tap = rebound_tap_new (written.stream);

    rebound_tap_point (tap, FALSE, "a # SKIP b \\# TODO c\nBail out!\r\x1b[2J\x7f");
    rebound_tap_skip (tap, "\xff\xe2\x80\xae", "a\nnot ok 3 # TODO");
    rebound_tap_comment (tap, "a\r1..7\x01");
    rebound_tap_bail_out (tap, "\n1..0");
  }
  written_check (&written, "TAP version 13\n"
                           "not ok 1 - a \\# SKIP b \\\\\\# TODO c␊Bail out!␍␛[2J␡\n"
                           "ok 2 - \ufffd<U+202E> # SKIP a␊not ok 3 \\# TODO\n"
                           "# a␍1..7␁\nBail out! ␊1..0\n");
}

static void
test_block (void)
{
  const char *const texts[] = { "one: two", "...", "a b: c", " : ", NULL };
  const char *const none[] = { NULL };
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundTap) tap = rebound_tap_new (written.stream);

    rebound_tap_point (tap, FALSE, "bad");
    rebound_tap_begin_block (tap);
    rebound_tap_block_text (tap, "seen", "\"a\\b\"\n  ...\tc\r");
    rebound_tap_block_number (tap, "time_usec", G_MAXINT64);
    rebound_tap_block_list (tap, "why", texts);
    rebound_tap_block_list (tap, "none", none);
    rebound_tap_end_block (tap);
  }
  written_check (&written, "TAP version 13\nnot ok 1 - bad\n  ---\n"
                           "  seen: \"\\\"a\\\\b\\\"\\n  ...\\tc␍\"\n"
                           "  time_usec: 9223372036854775807\n"
                           "  why:\n    - \"one\\x3a two\"\n    - \"...\"\n"
                           "    - \"a b: c\"\n    - \" \\x3a \"\n  none: []\n  ...\n");
}

static void
test_subtests (void)
{
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundTap) tap = rebound_tap_new (written.stream);

    rebound_tap_begin_subtest (tap, "first\nok 1");
    rebound_tap_point (tap, FALSE, "bad");
    rebound_tap_begin_block (tap);
    rebound_tap_block_text (tap, "seen", "it");
    rebound_tap_end_block (tap);
    rebound_tap_end_subtest (tap);
    rebound_tap_point (tap, FALSE, "first");
    rebound_tap_begin_subtest (tap, "second");
    rebound_tap_end_subtest (tap);
    rebound_tap_skip (tap, "second", "nothing is tested");
    rebound_tap_plan (tap, NULL);
  }
  written_check (&written, "TAP version 13\n    # Subtest: first␊ok 1\n    not ok 1 - bad\n"
                           "      ---\n      seen: \"it\"\n      ...\n    1..1\nnot ok 1 - first\n"
                           "    # Subtest: second\n    1..0 # SKIP nothing is tested\n"
                           "ok 2 - second # SKIP nothing is tested\n1..2\n");
}

/* What is longer than prove can read. */
static void
test_long (void)
{
  g_autofree char *text = g_strnfill (60001, '#');
  g_autofree char *escaped = NULL;
  g_autofree char *expected = NULL;
  Written written;

  for (guint i = 0; i < 60000; i++)
    text[i] = 'a';
  escaped = g_strndup (text, 60000);
  expected = g_strdup_printf ("TAP version 13\nok 1 - %s… (1 characters more)\n", escaped);
  written_begin (&written);
  {
    g_autoptr (ReboundTap) tap = rebound_tap_new (written.stream);

    rebound_tap_point (tap, TRUE, text);
  }
  written_check (&written, expected);
}

/* The signs of what cannot be seen, and what can be and stays as it is. */
static void
test_visible (void)
{
  static const struct
  {
    const char *text;
    const char *visible;
  } cases[] = {
    { "", "" },
    { "ä → 漢 \U0001f4f1", "ä → 漢 \U0001f4f1" },
    { "\t\n\v", "␉␊␋" },
    { "\xc2\x85", "<U+0085>" },
    { "\xe2\x80\xa8", "<U+2028>" },
    { "\xe2\x81\xa6", "<U+2066>" },
    { "\xef\xbf\xbe", "<U+FFFE>" },
    { "\xef\xb7\x90", "<U+FDD0>" },
    { "\xf4\x8f\xbf\xbf", "<U+10FFFF>" },
    { "\xed\xa0\x80", "\ufffd\ufffd\ufffd" }, /* half of a pair */
    { "\xc0\x80", "\ufffd\ufffd" },           /* a 0 in two bytes */
    { "a\xe2\x82", "a\ufffd\ufffd" },         /* cut off */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *visible = rebound_visible_text (cases[i].text, REBOUND_LINES_SHOWN);

      g_assert_cmpstr (visible, ==, cases[i].visible);
    }
  g_autofree char *kept = rebound_visible_text ("\t\n\v", REBOUND_LINES_KEPT);

  g_assert_cmpstr (kept, ==, "\t\n␋");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tap/points", test_points);
  g_test_add_func ("/tap/hostile", test_hostile);
  g_test_add_func ("/tap/block", test_block);
  g_test_add_func ("/tap/long", test_long);
  g_test_add_func ("/tap/subtests", test_subtests);
  g_test_add_func ("/tap/visible", test_visible);
  return g_test_run ();
}
