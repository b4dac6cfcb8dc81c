/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A word of a script as the value of a property: a byte for which one, of all the properties of all
 * the types that there are, and then the word. What is accepted is shown as a word that is accepted
 * again, and is the same value; what is refused is told what was expected. Durations and sizes are
 * exact, and so is the nearest word that is guessed. */

#include <string.h>

#include "fuzz.h"
#include "lifecycle/rebound-param-specs.h"
#include "lifecycle/rebound-scriptable.h"
#include "lifecycle/rebound-units-private.h"
#include "lifecycle/rebound-value-private.h"
#include "net/rebound.h"

static GPtrArray *specs; /* GParamSpec, those that a script can write */

static void
check_value (GParamSpec *pspec, const char *text)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_auto (GValue) again = G_VALUE_INIT;
  g_autofree char *problem = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *shown_again = NULL;

  if (!rebound_value_parse (pspec, text, &value, &problem))
    {
      g_assert_false (G_IS_VALUE (&value));
      g_assert_nonnull (problem);
      g_assert_nonnull (strstr (problem, "; expected "));
      return;
    }
  g_assert_null (problem);
  shown = rebound_value_to_string (pspec, &value);
  g_assert_true (rebound_value_parse (pspec, shown, &again, &problem));
  shown_again = rebound_value_to_string (pspec, &again);
  g_assert_cmpstr (shown, ==, shown_again);
  if (rebound_value_is_ordered (pspec))
    g_assert_cmpint (rebound_value_compare (pspec, &value, &again), ==, 0);
}

static void
check_units (const char *text)
{
  g_autofree char *problem = NULL;
  g_autofree char *shown = NULL;
  gint64 number, again;

  if (rebound_duration_parse (text, &number, &problem))
    {
      g_assert_cmpint (number, >=, 0);
      shown = rebound_duration_to_string (number);
      g_assert_true (rebound_duration_parse (shown, &again, &problem));
      g_assert_cmpint (number, ==, again);
    }
  g_clear_pointer (&problem, g_free);
  g_clear_pointer (&shown, g_free);
  if (rebound_size_parse (text, &number, &problem))
    {
      g_assert_cmpint (number, >=, 0);
      shown = rebound_size_to_string (number);
      g_assert_true (rebound_size_parse (shown, &again, &problem));
      g_assert_cmpint (number, ==, again);
    }
}

static void
check_nearest (const char *text)
{
  static const char *const words[] = { "launch", "resign-active", "end-interrupt", "a", NULL };
  const char *nearest = rebound_nearest (text, words);

  for (guint i = 0; words[i] != NULL; i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      g_assert_cmpstr (nearest, ==, words[i]);
}

static void
add_specs_of (GType type)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (type);
  g_autofree GParamSpec **all = g_object_class_list_properties (G_OBJECT_CLASS (klass), NULL);

  for (guint i = 0; all[i] != NULL; i++)
    if ((all[i]->flags & G_PARAM_WRITABLE) != 0 && rebound_value_is_scriptable (all[i]))
      g_ptr_array_add (specs, g_param_spec_ref (all[i]));
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_autofree const char **types = NULL;

  fuzz_begin ();
  g_assert_true (rebound_net_init (NULL));
  specs = g_ptr_array_new ();
  g_ptr_array_add (specs, g_param_spec_double ("double", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 0,
                                               G_PARAM_READWRITE));
  g_ptr_array_add (specs, g_param_spec_uint64 ("uint64", NULL, NULL, 0, G_MAXUINT64, 0,
                                               G_PARAM_READWRITE));
  g_ptr_array_add (specs,
                   g_param_spec_int ("int", NULL, NULL, G_MININT, G_MAXINT, 0, G_PARAM_READWRITE));
  types = rebound_scriptable_list ();
  for (guint i = 0; types[i] != NULL; i++)
    add_specs_of (rebound_scriptable_look_up (types[i], NULL));
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = NULL;

  if (size < 1 || memchr (data, '\0', size) != NULL
      || !g_utf8_validate ((const char *) data + 1, (gssize) size - 1, NULL))
    return -1; /* the lexer lets no such word through */
  text = g_strndup ((const char *) data + 1, size - 1);
  check_value (specs->pdata[data[0] % specs->len], text);
  check_units (text);
  check_nearest (text);
  return 0;
}
