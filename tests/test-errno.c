/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>

#include "net/rebound-errno.h"

static void
test_names (void)
{
  static const struct
  {
    int number;
    const char *name;
  } cases[] = {
    { 0, "none" },
    { EADDRINUSE, "EADDRINUSE" },
    { EWOULDBLOCK, "EAGAIN" },
    { 4711, "errno 4711" },
    { 4712, "errno 4712" },
    { -1, "errno -1" },
    { G_MAXINT, "errno 2147483647" },
  };

  g_test_summary (
      "every errno has its symbol for a name, also those that the C library does not know");
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (rebound_errno_name (cases[i].number), ==, cases[i].name);
  /* One name does not overwrite another. */
  g_assert_true (rebound_errno_name (4711) != rebound_errno_name (4712));
}

static void
test_texts (void)
{
  g_test_summary ("every errno has a text, which is nobody's translation");
  g_assert_cmpstr (rebound_errno_text (EADDRINUSE), ==, "Address already in use");
  g_assert_cmpstr (rebound_errno_text (4711), ==, "Unknown error");
  g_assert_cmpstr (rebound_errno_text (-1), ==, "Unknown error");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/errno/names", test_names);
  g_test_add_func ("/errno/texts", test_texts);
  return g_test_run ();
}
