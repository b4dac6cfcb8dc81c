/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Words of scripts to the values of properties and back, by the kind of property. */

#include "lifecycle/rebound-value-private.h"

typedef enum
{
  MOOD_REPORT,
  MOOD_IGNORE,
  MOOD_RETRY,
} Mood;

typedef enum
{
  TRAIT_FAST = 1 << 0,
  TRAIT_LOUD = 1 << 1,
  TRAIT_SHORT = 1 << 2,
} Trait;

static GType
mood_get_type (void)
{
  static const GEnumValue values[] = {
    { MOOD_REPORT, "MOOD_REPORT", "report" },
    { MOOD_IGNORE, "MOOD_IGNORE", "ignore" },
    { MOOD_RETRY, "MOOD_RETRY", "retry" },
    { 0, NULL, NULL },
  };
  static GType type = 0;

  if (type == 0)
    type = g_enum_register_static ("TestMood", values);
  return type;
}

static GType
trait_get_type (void)
{
  static const GFlagsValue values[] = {
    { TRAIT_FAST, "TRAIT_FAST", "fast" },
    { TRAIT_LOUD, "TRAIT_LOUD", "loud" },
    { TRAIT_SHORT, "TRAIT_SHORT", "short" },
    { 0, NULL, NULL },
  };
  static GType type = 0;

  if (type == 0)
    type = g_flags_register_static ("TestTrait", values);
  return type;
}

static gboolean
validate_port (const char *text, char **expected)
{
  if (g_str_equal (text, "127.0.0.1:80"))
    return TRUE;
  *expected = g_strdup ("an address such as 127.0.0.1:80");
  return FALSE;
}

#define SPEC(type, ...) g_param_spec_##type ("x", NULL, NULL, __VA_ARGS__, G_PARAM_READWRITE)

/* One specification of each kind, by a letter. */
static GParamSpec *
make_spec (char kind)
{
  switch (kind)
    {
    case 'i':
      return SPEC (int, -5, 5, 0);
    case 'u':
      return SPEC (uint, 0, 65535, 0);
    case 'I':
      return SPEC (int64, G_MININT64, G_MAXINT64, 0);
    case 'U':
      return SPEC (uint64, 1, G_MAXUINT64, 1);
    case 'd':
      return SPEC (double, 0, 1, 0);
    case 'D':
      return SPEC (double, -G_MAXDOUBLE, G_MAXDOUBLE, 0);
    case 'b':
      return SPEC (boolean, FALSE);
    case 'e':
      return SPEC (enum, mood_get_type (), MOOD_REPORT);
    case 'f':
      return SPEC (flags, trait_get_type (), 0);
    case 's':
      return SPEC (string, NULL);
    case 't':
      return rebound_param_spec_duration ("x", NULL, NULL, 1, 60000000, 1, G_PARAM_READWRITE);
    case 'T':
      return rebound_param_spec_duration ("x", NULL, NULL, 0, G_MAXINT64, 0, G_PARAM_READWRITE);
    case 'z':
      return rebound_param_spec_size ("x", NULL, NULL, 1024, G_MAXINT64, 1024, G_PARAM_READWRITE);
    case 'r':
      return rebound_param_spec_reference ("x", NULL, NULL, NULL, G_PARAM_READWRITE);
    case 'R':
      return rebound_param_spec_reference ("x", NULL, NULL, validate_port, G_PARAM_READWRITE);
    case 'o':
      return SPEC (object, G_TYPE_OBJECT);
    case 'B':
      return SPEC (boxed, G_TYPE_STRV);
    case 'p':
      return g_param_spec_pointer ("x", NULL, NULL, G_PARAM_READWRITE);
    case 'c':
      return SPEC (unichar, 0);
    case 'F':
      return SPEC (float, 0, 1, 0);
    default:
      g_assert_not_reached ();
    }
}

static void
test_good (void)
{
  static const struct
  {
    char kind;
    const char *text;
    const char *shown; /* NULL: the same */
  } cases[] = {
    { 'i', "-5", NULL },
    { 'i', "5", NULL },
    { 'i', "-3", NULL },
    { 'i', "003", "3" },
    { 'u', "0", NULL },
    { 'u', "65535", NULL },
    { 'I', "-9223372036854775808", NULL },
    { 'I', "9223372036854775807", NULL },
    { 'U', "18446744073709551615", NULL },
    { 'd', "0.1", NULL },
    { 'd', "1", NULL },
    { 'D', "-12.25", NULL },
    { 'D', "0.00000000000000000000001", NULL },
    { 'D', "100000000000000000000", NULL },
    { 'b', "yes", NULL },
    { 'b', "no", NULL },
    { 'e', "retry", NULL },
    { 'f', "", NULL },
    { 'f', "loud", NULL },
    { 'f', "short+fast", "fast+short" },
    { 'f', "fast+loud+short", NULL },
    { 's', "", NULL },
    { 's', "any thing = $", NULL },
    { 't', "1500us", "1.5ms" },
    { 't', "60s", "1min" },
    { 'T', "0s", NULL },
    { 'z', "1024B", "1KiB" },
    { 'r', "web", NULL },
    { 'R', "127.0.0.1:80", NULL },
  };

  g_test_summary ("A value comes back from what is shown of it");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec (cases[i].kind));
      const char *expected = cases[i].shown != NULL ? cases[i].shown : cases[i].text;
      g_auto (GValue) value = G_VALUE_INIT, again = G_VALUE_INIT;
      g_autofree char *problem = NULL, *shown = NULL;

      g_assert_true (rebound_value_parse (pspec, cases[i].text, &value, &problem));
      g_assert_cmpstr (problem, ==, NULL);
      g_assert_true (G_VALUE_HOLDS (&value, G_PARAM_SPEC_VALUE_TYPE (pspec)));
      g_assert_false (g_param_value_validate (pspec, &value));
      shown = rebound_value_to_string (pspec, &value);
      g_assert_cmpstr (shown, ==, expected);
      g_assert_true (rebound_value_parse (pspec, shown, &again, &problem));
      g_assert_cmpint (g_param_values_cmp (pspec, &value, &again), ==, 0);
    }
}

static void
test_bad (void)
{
#define U16    "expected an integer from 0 to 65535"
#define MOODS  "expected one of report, ignore, retry"
#define TRAITS "expected any of fast, loud, short, joined by +"
  static const struct
  {
    char kind;
    const char *text;
    const char *problem;
  } cases[] = {
    { 'u', "70000", "“70000” is out of range; " U16 },
    { 'u', "-1", "“-1” is out of range; " U16 },
    { 'u', "99999999999999999999", "“99999999999999999999” is out of range; " U16 },
    { 'u', "", "“” is no integer; " U16 },
    { 'u', "1.5", "“1.5” is no integer; " U16 },
    { 'u', "0x10", "“0x10” is no integer; " U16 },
    { 'u', " 5", "“ 5” is no integer; " U16 },
    { 'u', "+5", "“+5” is no integer; " U16 },
    { 'i', "-6", "“-6” is out of range; expected an integer from -5 to 5" },
    { 'i', "4294967296", "“4294967296” is out of range; expected an integer from -5 to 5" },
    { 'i', "-", "“-” is no integer; expected an integer from -5 to 5" },
    { 'I', "9223372036854775808",
      "“9223372036854775808” is out of range; expected an integer from -9223372036854775808 to "
      "9223372036854775807" },
    { 'U', "-1", "“-1” is out of range; expected an integer from 1 to 18446744073709551615" },
    { 'U', "0", "“0” is out of range; expected an integer from 1 to 18446744073709551615" },
    { 'U', "18446744073709551616",
      "“18446744073709551616” is out of range; expected an integer from 1 to "
      "18446744073709551615" },
    { 'd', "1.1", "“1.1” is out of range; expected a number from 0 to 1" },
    { 'd', "-0.5", "“-0.5” is out of range; expected a number from 0 to 1" },
    { 'd', "nan", "“nan” is no number; expected a number from 0 to 1" },
    { 'd', "1e-3", "“1e-3” is no number; expected a number from 0 to 1" },
    { 'd', "1.", "“1.” is no number; expected a number from 0 to 1" },
    { 'D', "inf", "“inf” is no number; expected a number such as 0.5" },
    { 'b', "true", "“true” is neither yes nor no; expected yes or no" },
    { 'b', "", "“” is neither yes nor no; expected yes or no" },
    { 'e', "repot", "“repot” is not known; " MOODS "; did you mean “report”?" },
    { 'e', "Ignore", "“Ignore” is not known; " MOODS "; did you mean “ignore”?" },
    { 'e', "panic", "“panic” is not known; " MOODS },
    { 'e', "", "“” is not known; " MOODS },
    { 'f', "fast+lowd", "“lowd” is not known; " TRAITS "; did you mean “loud”?" },
    { 'f', "fast+", "“” is not known; " TRAITS },
    { 't', "5", "“5” has no unit; expected a duration such as 200ms, 1.5s or 2min" },
    { 't', "0s", "“0s” is out of range; expected a duration from 1us to 1min" },
    { 't', "61s", "“61s” is out of range; expected a duration from 1us to 1min" },
    { 'z', "1B", "“1B” is out of range; expected a size of at least 1KiB" },
    { 'z', "64", "“64” has no unit; expected a size such as 512B, 64KiB or 1.5MiB" },
    { 'o', "x", "“x” cannot be given to a GObject; expected a property that scripts can write" },
    { 'c', "x", "“x” cannot be given to a guint; expected a property that scripts can write" },
  };
#undef U16
#undef MOODS
#undef TRAITS

  g_test_summary ("What is no value of its kind is refused, with the range or the words");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec (cases[i].kind));
      GValue value = G_VALUE_INIT;
      g_autofree char *problem = NULL;

      g_assert_false (rebound_value_parse (pspec, cases[i].text, &value, &problem));
      g_assert_cmpstr (problem, ==, cases[i].problem);
      g_assert_false (G_IS_VALUE (&value));
    }
}

static void
test_kinds (void)
{
  static const struct
  {
    char kind;
    gboolean is_scriptable;
    gboolean is_ordered;
    const char *described;
  } cases[] = {
    { 'i', TRUE, TRUE, "an integer from -5 to 5" },
    { 'u', TRUE, TRUE, "an integer from 0 to 65535" },
    { 'I', TRUE, TRUE, "an integer from -9223372036854775808 to 9223372036854775807" },
    { 'U', TRUE, TRUE, "an integer from 1 to 18446744073709551615" },
    { 'd', TRUE, TRUE, "a number from 0 to 1" },
    { 'D', TRUE, TRUE, "a number such as 0.5" },
    { 'b', TRUE, FALSE, "yes or no" },
    { 'e', TRUE, FALSE, "one of report, ignore, retry" },
    { 'f', TRUE, FALSE, "any of fast, loud, short, joined by +" },
    { 's', TRUE, FALSE, "a text" },
    { 't', TRUE, TRUE, "a duration from 1us to 1min" },
    { 'T', TRUE, TRUE, "a duration such as 200ms, 1.5s or 2min" },
    { 'z', TRUE, TRUE, "a size of at least 1KiB" },
    { 'r', TRUE, FALSE, "the name of an actor" },
    { 'R', TRUE, FALSE, "the name of an actor or an address such as 127.0.0.1:80" },
    { 'o', FALSE, FALSE, "a GObject" },
    { 'B', FALSE, FALSE, "a GStrv" },
    { 'p', FALSE, FALSE, "a gpointer" },
    { 'c', FALSE, FALSE, "a guint" },
    { 'F', FALSE, FALSE, "a gfloat" },
  };

  g_test_summary ("Which properties scripts can write, which have an order, and how they are told");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec (cases[i].kind));
      g_autofree char *described = rebound_value_describe (pspec);

      g_assert_cmpint (rebound_value_is_scriptable (pspec), ==, cases[i].is_scriptable);
      g_assert_cmpint (rebound_value_is_ordered (pspec), ==, cases[i].is_ordered);
      g_assert_cmpstr (described, ==, cases[i].described);
    }
}

static void
test_compare (void)
{
  static const struct
  {
    char kind;
    const char *less;
    const char *greater;
  } cases[] = {
    { 'i', "-5", "3" },
    { 'u', "9", "10" },
    { 'I', "-1", "1" },
    { 'd', "0.09", "0.1" },
    { 't', "900ms", "1s" },
    { 'z', "1023.5KiB", "1MiB" },
    { 'U', "1", "18446744073709551615" },
  };

  g_test_summary ("Order is that of the numbers, not of the words");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec (cases[i].kind));
      g_auto (GValue) less = G_VALUE_INIT, greater = G_VALUE_INIT;
      g_autofree char *problem = NULL;

      g_assert_true (rebound_value_parse (pspec, cases[i].less, &less, &problem));
      g_assert_true (rebound_value_parse (pspec, cases[i].greater, &greater, &problem));
      g_assert_cmpint (rebound_value_compare (pspec, &less, &greater), ==, -1);
      g_assert_cmpint (rebound_value_compare (pspec, &greater, &less), ==, 1);
      g_assert_cmpint (rebound_value_compare (pspec, &less, &less), ==, 0);
    }
}

static void
test_null_string (void)
{
  g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec ('s'));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *text = NULL;

  g_test_summary ("A string that is not there is shown as an empty one");
  g_value_init (&value, G_TYPE_STRING);
  text = rebound_value_to_string (pspec, &value);
  g_assert_cmpstr (text, ==, "");
}

static void
test_odd_numbers (void)
{
  static const double numbers[] = { 0.1, 1.0 / 3, 4.9e-324, G_MAXDOUBLE, -1e300, 123456.789 };
  g_autoptr (GParamSpec) pspec = g_param_spec_ref_sink (make_spec ('D'));

  g_test_summary ("Any double comes back, and no exponent is needed for it");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_auto (GValue) value = G_VALUE_INIT, again = G_VALUE_INIT;
      g_autofree char *text = NULL, *problem = NULL;

      g_value_init (&value, G_TYPE_DOUBLE);
      g_value_set_double (&value, numbers[i]);
      text = rebound_value_to_string (pspec, &value);
      g_assert_true (rebound_value_parse (pspec, text, &again, &problem));
      g_assert_true (g_value_get_double (&again) == numbers[i]);
    }
}

static void
test_param_specs (void)
{
  g_autoptr (GParamSpec) duration = g_param_spec_ref_sink (make_spec ('t'));
  g_autoptr (GParamSpec) reference = g_param_spec_ref_sink (make_spec ('R'));
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary ("To GObject a duration is a gint64 with a range, a reference a string");
  g_assert_true (REBOUND_IS_PARAM_SPEC_DURATION (duration));
  g_assert_false (REBOUND_IS_PARAM_SPEC_SIZE (duration));
  g_assert_true (G_IS_PARAM_SPEC_INT64 (duration));
  g_assert_true (G_IS_PARAM_SPEC_STRING (reference));
  g_assert_true (rebound_param_spec_reference_get_validator (reference) == validate_port);
  g_assert_cmpint (g_value_get_int64 (g_param_spec_get_default_value (duration)), ==, 1);
  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, G_MAXINT64);
  g_assert_true (g_param_value_validate (duration, &value));
  g_assert_cmpint (g_value_get_int64 (&value), ==, 60000000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/value/good", test_good);
  g_test_add_func ("/value/bad", test_bad);
  g_test_add_func ("/value/kinds", test_kinds);
  g_test_add_func ("/value/compare", test_compare);
  g_test_add_func ("/value/null-string", test_null_string);
  g_test_add_func ("/value/odd-numbers", test_odd_numbers);
  g_test_add_func ("/value/param-specs", test_param_specs);
  return g_test_run ();
}
