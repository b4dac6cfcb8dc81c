/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the writer makes of any text; whether a file is valid is xmllint's to say (test-reports.py).
 */

#include "app/rebound-junit.h"

#include <string.h>

#include "written.h"

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
#define TAIL "</testsuites>\n"

static void
test_none (void)
{
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundJunit) junit = rebound_junit_new ();

    rebound_junit_write (junit, written.stream);
  }
  written_check (&written, HEAD TAIL);
}

/* One of each outcome, and a second suite that has nothing of the first. */
static void
test_outcomes (void)
{
  const ReboundJunitCase cases[] = {
    { "s", "good", 1, REBOUND_JUNIT_PASSED, NULL, NULL, NULL },
    { "s", "bad", 1500000, REBOUND_JUNIT_FAILED, "failed", "it was", "more" },
    { "s", "broken", 0, REBOUND_JUNIT_ERROR, "internal", "it is", NULL },
    { "s", "left out", 0, REBOUND_JUNIT_SKIPPED, NULL, "no kernel", NULL },
  };
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundJunit) junit = rebound_junit_new ();

    rebound_junit_begin_suite (junit, "s", "rebound");
    for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
      rebound_junit_add_case (junit, &cases[i]);
    rebound_junit_add_output (junit, "a\n");
    rebound_junit_add_output (junit, "b\n");
    rebound_junit_add_error_output (junit, "c\n");
    rebound_junit_add_property (junit, "p", "v");
    rebound_junit_end_suite (junit, 3661000999);
    rebound_junit_begin_suite (junit, " ", "");
    rebound_junit_end_suite (junit, 0);
    rebound_junit_write (junit, written.stream);
  }
  written_check (
      &written,
      HEAD "  <testsuite name=\"s\" package=\"rebound\" id=\"0\" timestamp=\"1970-01-01T00:00:00\""
           " hostname=\"localhost\" tests=\"4\" failures=\"1\" errors=\"1\" time=\"3661.000\">\n"
           "    <properties>\n      <property name=\"p\" value=\"v\"/>\n    </properties>\n"
           "    <testcase name=\"good\" classname=\"s\" time=\"0.000001\"/>\n"
           "    <testcase name=\"bad\" classname=\"s\" time=\"1.500000\">\n"
           "      <failure message=\"it was\" type=\"failed\">more</failure>\n    </testcase>\n"
           "    <testcase name=\"broken\" classname=\"s\" time=\"0.000000\">\n"
           "      <error message=\"it is\" type=\"internal\"/>\n    </testcase>\n"
           "    <testcase name=\"left out\" classname=\"s\" time=\"0.000000\">\n"
           "      <skipped message=\"no kernel\"/>\n    </testcase>\n"
           "    <system-out>a\nb\n</system-out>\n    <system-err>c\n</system-err>\n"
           "  </testsuite>\n"
           "  <testsuite name=\"-\" package=\"-\" id=\"1\" timestamp=\"1970-01-01T00:00:00\""
           " hostname=\"localhost\" tests=\"0\" failures=\"0\" errors=\"0\" time=\"0.000\">\n"
           "    <properties></properties>\n    <system-out></system-out>\n"
           "    <system-err></system-err>\n  </testsuite>\n" TAIL);
}

static void
test_hostile (void)
{
  const ReboundJunitCase test_case
      = { "<&>", "\"a\"\n'b'", 0, REBOUND_JUNIT_FAILED, "\x01", "]]>", "</failure>\r\n\xff\x7f" };
  Written written;

  written_begin (&written);
  {
    g_autoptr (ReboundJunit) junit = rebound_junit_new ();

    rebound_junit_begin_suite (junit, "\xef\xbf\xbe", "\xe2\x80\xae");
    rebound_junit_add_case (junit, &test_case);
    rebound_junit_add_output (junit, "]]></system-out>&amp;\xc2\x85");
    rebound_junit_end_suite (junit, 0);
    rebound_junit_write (junit, written.stream);
  }
  written_check (
      &written,
      HEAD "  <testsuite name=\"&lt;U+FFFE&gt;\" package=\"&lt;U+202E&gt;\" id=\"0\""
           " timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\" tests=\"1\" failures=\"1\""
           " errors=\"0\" time=\"0.000\">\n    <properties></properties>\n"
           "    <testcase name=\"&quot;a&quot;␊&apos;b&apos;\" classname=\"&lt;&amp;&gt;\""
           " time=\"0.000000\">\n      <failure message=\"]]&gt;\" type=\"␁\">"
           "&lt;/failure&gt;␍\n\ufffd␡</failure>\n    </testcase>\n"
           "    <system-out>]]&gt;&lt;/system-out&gt;&amp;amp;&lt;U+0085&gt;</system-out>\n"
           "    <system-err></system-err>\n  </testsuite>\n" TAIL);
}

/* What is longer than libxml2 reads; the last character that fits is whole. */
static void
test_long (void)
{
  char *text = NULL;
  size_t size_bytes;
  FILE *stream = open_memstream (&text, &size_bytes);

  {
    g_autoptr (ReboundJunit) junit = rebound_junit_new ();
    g_autofree char *piece = g_strnfill (5000000, 'a');

    rebound_junit_begin_suite (junit, "a", "b");
    rebound_junit_add_output (junit, piece);
    piece[4998999] = '\0';
    rebound_junit_add_output (junit, piece);
    rebound_junit_add_output (junit, "ä and more");
    rebound_junit_end_suite (junit, 0);
    rebound_junit_write (junit, stream);
  }
  g_assert_cmpint (fclose (stream), ==, 0);
  g_assert_nonnull (strstr (text, "aa… (11 bytes more)</system-out>"));
  g_assert_true (g_utf8_validate (text, (gssize) size_bytes, NULL));
  free (text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/junit/none", test_none);
  g_test_add_func ("/junit/outcomes", test_outcomes);
  g_test_add_func ("/junit/hostile", test_hostile);
  g_test_add_func ("/junit/long", test_long);
  return g_test_run ();
}
