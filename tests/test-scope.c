/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The variables of a script: what let and repeat set, and what --set holds on to. */

#include "lifecycle/rebound-statement-private.h"

static void
test_values (void)
{
  g_autoptr (ReboundScope) scope = rebound_scope_new ();
  g_autoptr (GPtrArray) names = NULL;

  g_test_summary ("A scope keeps the last value of a name, and tells the names in order");
  g_assert_null (rebound_scope_get (scope, "b"));
  rebound_scope_set (scope, "b", "1");
  rebound_scope_set (scope, "a", "2");
  rebound_scope_set (scope, "c", "3");
  rebound_scope_set (scope, "b", rebound_scope_get (scope, "a"));
  rebound_scope_set (scope, "c", NULL);
  g_assert_cmpstr (rebound_scope_get (scope, "b"), ==, "2");
  g_assert_null (rebound_scope_get (scope, "c"));
  names = rebound_scope_list_names (scope);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "a");
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "b");
}

static void
test_fixed (void)
{
  g_autoptr (ReboundScope) scope = rebound_scope_new ();
  g_autoptr (ReboundScope) copy = NULL;

  g_test_summary ("What --set says stays, whatever let says; a copy is the same and apart");
  rebound_scope_fix (scope, "a", "1");
  rebound_scope_let (scope, "b", "2");
  copy = rebound_scope_copy (scope);
  rebound_scope_let (copy, "a", "9");
  rebound_scope_let (copy, "b", "9");
  g_assert_cmpstr (rebound_scope_get (copy, "a"), ==, "1");
  g_assert_cmpstr (rebound_scope_get (copy, "b"), ==, "9");
  g_assert_cmpstr (rebound_scope_get (scope, "b"), ==, "2");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scope/values", test_values);
  g_test_add_func ("/scope/fixed", test_fixed);
  return g_test_run ();
}
