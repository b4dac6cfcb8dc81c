/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Durations and sizes: exact in both directions, or refused with the reason. */

#include "lifecycle/rebound-units-private.h"

#include <string.h>

#define DAY_USEC (G_GINT64_CONSTANT (86400) * 1000000)

typedef gboolean (*ParseFunc) (const char *text, gint64 *number, char **problem);

typedef struct
{
  const char *text;
  gint64 number;
} Good;

typedef struct
{
  const char *text;
  const char *problem;
} Bad;

static void
check_good (ParseFunc parse, const Good *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autofree char *problem = NULL;
      gint64 number = -1;

      g_assert_true (parse (cases[i].text, &number, &problem));
      g_assert_cmpstr (problem, ==, NULL);
      g_assert_cmpint (number, ==, cases[i].number);
    }
}

static void
check_bad (ParseFunc parse, const Bad *cases, gsize n_cases)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autofree char *problem = NULL;
      gint64 number = -1;

      g_assert_false (parse (cases[i].text, &number, &problem));
      g_assert_cmpstr (problem, ==, cases[i].problem);
    }
}

static void
test_durations (void)
{
  static const Good cases[] = {
    { "0us", 0 },
    { "0s", 0 },
    { "1us", 1 },
    { "200ms", 200000 },
    { "1.5s", 1500000 },
    { "1.500000000000000000000000s", 1500000 },
    { "007s", 7000000 },
    { "0.1s", 100000 },
    { "0.000001s", 1 },
    { "2min", 120000000 },
    { "1.5min", 90000000 },
    { "0.00000005min", 3 },
    { "1h", G_GINT64_CONSTANT (3600000000) },
    { "2d", 2 * DAY_USEC },
    { "0.0001220703125d", 10546875 }, /* 2^-13: the finest fraction of a day */
    { "106751991d", 106751991 * DAY_USEC },
    { "9223372036854775807us", G_MAXINT64 },
    { "9223372036854.775807s", G_MAXINT64 },
  };

  g_test_summary ("Durations are whole microseconds");
  check_good (rebound_duration_parse, cases, G_N_ELEMENTS (cases));
}

static void
test_bad_durations (void)
{
#define EXAMPLES "expected a duration such as 200ms, 1.5s or 2min"
#define UNITS    "expected one of us, ms, s, min, h, d"
  static const Bad cases[] = {
    { "", "“” is no duration; " EXAMPLES },
    { "soon", "“soon” is no duration; " EXAMPLES },
    { "-5s", "“-5s” is no duration; " EXAMPLES },
    { "+5s", "“+5s” is no duration; " EXAMPLES },
    { ".5s", "“.5s” is no duration; " EXAMPLES },
    { "5.s", "“5.s” is no duration; " EXAMPLES },
    { "5", "“5” has no unit; " EXAMPLES },
    { "1.5", "“1.5” has no unit; " EXAMPLES },
    { "5sec", "“5sec” has the unknown unit “sec”; " UNITS },
    { "5 s", "“5 s” has the unknown unit “ s”; " UNITS },
    { "1e3s", "“1e3s” has the unknown unit “e3s”; " UNITS },
    { "5mins", "“5mins” has the unknown unit “mins”; " UNITS "; did you mean “min”?" },
    { "5MS", "“5MS” has the unknown unit “MS”; " UNITS "; did you mean “ms”?" },
    { "1KiB", "“1KiB” has the unknown unit “KiB”; " UNITS },
    { "1.5us", "“1.5us” is finer than 1us; expected a whole number of us" },
    { "0.0000001s", "“0.0000001s” is finer than 1us; expected a whole number of us" },
    { "0.0000000000000000000000001s",
      "“0.0000000000000000000000001s” is finer than 1us; expected a whole number of us" },
    /* 10^64 is 0 in 64 bits */
    { "0.0000000000000000000000000000000000000000000000000000000000000001s",
      "“0.0000000000000000000000000000000000000000000000000000000000000001s” is finer than 1us; "
      "expected a whole number of us" },
    { "106751992d", "“106751992d” is too long; expected at most 106751991d" },
    { "9223372036854775808us", "“9223372036854775808us” is too long; expected at most 106751991d" },
    { "9223372036854.775808s", "“9223372036854.775808s” is too long; expected at most 106751991d" },
    { "99999999999999999999999s",
      "“99999999999999999999999s” is too long; expected at most 106751991d" },
  };

  g_test_summary ("What is no duration is refused with the reason");
  check_bad (rebound_duration_parse, cases, G_N_ELEMENTS (cases));
#undef EXAMPLES
#undef UNITS
}

static void
test_sizes (void)
{
  static const Good good[] = {
    { "0B", 0 },
    { "512B", 512 },
    { "64KiB", 65536 },
    { "1.5KiB", 1536 },
    { "0.5MiB", 524288 },
    { "1GiB", 1 << 30 },
    { "8589934591GiB", G_GINT64_CONSTANT (8589934591) << 30 },
    { "9223372036854775807B", G_MAXINT64 },
  };
#define UNITS "expected one of B, KiB, MiB, GiB"
  static const Bad bad[] = {
    { "64", "“64” has no unit; expected a size such as 512B, 64KiB or 1.5MiB" },
    { "big", "“big” is no size; expected a size such as 512B, 64KiB or 1.5MiB" },
    { "64KB", "“64KB” has the unknown unit “KB”; " UNITS "; did you mean “KiB”?" },
    { "64kib", "“64kib” has the unknown unit “kib”; " UNITS "; did you mean “KiB”?" },
    { "0.3KiB", "“0.3KiB” is finer than 1B; expected a whole number of B" },
    { "8589934592GiB", "“8589934592GiB” is too great; expected at most 8589934591GiB" },
  };
#undef UNITS

  g_test_summary ("Sizes are whole bytes");
  check_good (rebound_size_parse, good, G_N_ELEMENTS (good));
  check_bad (rebound_size_parse, bad, G_N_ELEMENTS (bad));
}

static void
test_to_string (void)
{
  static const Good durations[] = {
    { "0s", 0 },
    { "1us", 1 },
    { "999us", 999 },
    { "1ms", 1000 },
    { "1.5ms", 1500 },
    { "200ms", 200000 },
    { "1.234567s", 1234567 },
    { "59.9s", 59900000 },
    { "1min", 60000000 },
    { "61s", 61000000 },
    { "1.5min", 90000000 },
    { "5min", 300000000 },
    { "2h", G_GINT64_CONSTANT (7200000000) },
    { "25h", G_GINT64_CONSTANT (90000000000) },
    { "1d", DAY_USEC },
    { "9223372036854.775807s", G_MAXINT64 },
  };
  static const Good sizes[] = {
    { "0B", 0 },         { "1023B", 1023 },   { "1KiB", 1024 },
    { "1.5KiB", 1536 },  { "1025B", 1025 },   { "64KiB", 65536 },
    { "1MiB", 1 << 20 }, { "1GiB", 1 << 30 }, { "9223372036854775807B", G_MAXINT64 },
  };
  g_autofree char *negative = rebound_duration_to_string (-1500000);

  g_test_summary ("What is shown is short, exact, and what a script would write");
  for (guint i = 0; i < G_N_ELEMENTS (durations); i++)
    {
      g_autofree char *text = rebound_duration_to_string (durations[i].number);

      g_assert_cmpstr (text, ==, durations[i].text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = rebound_size_to_string (sizes[i].number);

      g_assert_cmpstr (text, ==, sizes[i].text);
    }
  g_assert_cmpstr (negative, ==, "-1.5s");
  check_good (rebound_duration_parse, durations, G_N_ELEMENTS (durations));
  check_good (rebound_size_parse, sizes, G_N_ELEMENTS (sizes));
}

static void
test_round_trip (void)
{
  g_test_summary ("Any number comes back from its text");
  for (guint i = 0; i < 20000; i++)
    {
      guint64 bits = (guint64) (guint32) g_test_rand_int () << 32 | (guint32) g_test_rand_int ();
      gint64 number = (gint64) (bits >> (1 + i % 63));
      g_autofree char *duration = rebound_duration_to_string (number);
      g_autofree char *size = rebound_size_to_string (number);
      gint64 usec, bytes;
      char *problem;

      g_assert_true (rebound_duration_parse (duration, &usec, &problem));
      g_assert_true (rebound_size_parse (size, &bytes, &problem));
      g_assert_cmpint (usec, ==, number);
      g_assert_cmpint (bytes, ==, number);
    }
}

static void
test_nearest (void)
{
  static const char *const words[] = { "wait", "expect", "repeat", "report", "set", NULL };
  static const struct
  {
    const char *word;
    const char *nearest;
    const char *hint;
  } cases[] = {
    { "wait", "wait", "; did you mean “wait”?" },
    { "wiat", "wait", "; did you mean “wait”?" },
    { "WAIT", "wait", "; did you mean “wait”?" },
    { "expct", "expect", "; did you mean “expect”?" },
    { "repaet", "repeat", "; did you mean “repeat”?" },
    { "repot", "report", "; did you mean “report”?" },
    { "st", "set", "; did you mean “set”?" },
    { "wa", NULL, "" },
    { "launch", NULL, "" },
    { "", NULL, "" },
  };
  g_autofree char *huge = g_strnfill (1 << 20, 'w');

  g_test_summary ("The nearest word is at most a third of its letters away");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *hint = rebound_did_you_mean (cases[i].word, words);

      g_assert_cmpstr (rebound_nearest (cases[i].word, words), ==, cases[i].nearest);
      g_assert_cmpstr (hint, ==, cases[i].hint);
    }
  g_assert_null (rebound_nearest (huge, words));
}

/* How far apart two words are takes the product of their lengths: a variable's name can be as long
 * as a line, and a script can have many of them. */
static void
test_nearest_of_long (void)
{
  g_autofree char *word = g_strnfill (60000, 'w');
  g_autofree char *other = g_strconcat (word, "x", NULL);
  const char *words[] = { other, "wait", NULL };

  g_test_summary ("What is longer than any name is no slip of the keyboard");
  g_assert_null (rebound_nearest (word, words));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/units/durations", test_durations);
  g_test_add_func ("/units/bad-durations", test_bad_durations);
  g_test_add_func ("/units/sizes", test_sizes);
  g_test_add_func ("/units/to-string", test_to_string);
  g_test_add_func ("/units/round-trip", test_round_trip);
  g_test_add_func ("/units/nearest", test_nearest);
  g_test_add_func ("/units/nearest-of-long", test_nearest_of_long);
  return g_test_run ();
}
