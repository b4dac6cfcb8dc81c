/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The lexer: what words and pieces a text has and where they begin, and every mistake that bytes
 * can have, at its line and column. */

#include "lifecycle/rebound-lexer-private.h"

#include <string.h>

#define FILE_NAME "t.life"

static char *
escape (const char *text)
{
  return g_strescape (text, "“”éü€");
}

/* "TEXT@LINE:COLUMN", in quotes if quoted, with a dollar if it is a variable; pieces are joined by
 * '+', words by a blank, lines by " | ". */
static char *
dump (GPtrArray *lines)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      ReboundLine *line = g_ptr_array_index (lines, i);

      g_string_append (out, i == 0 ? "" : " | ");
      for (guint j = 0; j < line->words->len; j++)
        {
          ReboundWord *word = g_ptr_array_index (line->words, j);

          g_string_append (out, j == 0 ? "" : " ");
          for (guint k = 0; k < word->pieces->len; k++)
            {
              ReboundPiece *piece = &g_array_index (word->pieces, ReboundPiece, k);
              g_autofree char *text = escape (piece->text);
              const char *quote = piece->is_quoted ? "\"" : "";

              g_string_append_printf (out, "%s%s%s%s%s@%u:%u", k == 0 ? "" : "+", quote,
                                      piece->is_variable ? "$" : "", text, quote, piece->line,
                                      piece->column);
            }
        }
    }
  return g_string_free (out, FALSE);
}

static char *
lex (const char *text, gsize length, char **message)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  g_autoptr (GPtrArray) lines = rebound_lexer_read (bytes, FILE_NAME, diagnostics);
  g_autoptr (GError) error = NULL;

  rebound_diagnostics_check (diagnostics, &error);
  if (error != NULL)
    g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  *message = error == NULL ? NULL : g_strdup (error->message);
  return dump (lines);
}

static void
test_words (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "" },
    { "\n \t\n", "" },
    { "launch", "launch@1:1" },
    { "launch\nhome\n", "launch@1:1 | home@2:1" },
    { "launch\r\nhome\r\n", "launch@1:1 | home@2:1" },
    { "\xEF\xBB\xBFlaunch", "launch@1:1" },
    { "  a\tbc  ", "a@1:3 bc@1:5" },
    { "# launch\nhome # open\n#", "home@2:1" },
    { "expect phone#1 x", "expect@1:1 phone#1@1:8 x@1:16" },
    { "a \"# b\"", "a@1:1 \"# b\"@1:3" },
    { "# a \\\nlaunch", "launch@2:1" },
    { "a \\\n  b\\\nc \\\n# d\ne", "a@1:1 b@2:3 c@3:1 | e@5:1" },
    { "a \\\n\nb", "a@1:1 | b@3:1" },
    { "a \\\r\n b", "a@1:1 b@2:2" },
    { "x=\"a b\"", "x=@1:1+\"a b\"@1:3" },
    { "x=\"\"", "x=@1:1+\"\"@1:3" },
    { "''", "\"\"@1:1" },
    { "\"a\"'b'c", "\"a\"@1:1+\"b\"@1:4+c@1:7" },
    { "\"\\n\\t\\\"\\\\\\$\\x41\"", "\"\\n\\t\\\"\\\\$A\"@1:1" },
    { "\"\\xC3\\xA9\"", "\"é\"@1:1" },
    { "'\\n $a \"'", "\"\\\\n $a \\\"\"@1:1" },
    { "\"a \\\n  b\" c", "\"a   b\"@1:1 c@2:6" },
    { "\"$x\\\n$y\"", "\"$x\"@1:2+\"$y\"@2:1" },
    { "$i", "$i@1:1" },
    { "phone$i.connected", "phone@1:1+$i@1:6+.connected@1:8" },
    { "${i}b${a-2}", "$i@1:1+b@1:5+$a-2@1:6" },
    { "x=\"a ${i}b$j\"", "x=@1:1+\"a \"@1:3+\"$i\"@1:6+\"b\"@1:10+\"$j\"@1:11" },
    { "é=ü x", "é=ü@1:1 x@1:5" },
    { "\"€\"$a 'é'b", "\"€\"@1:1+$a@1:4 \"é\"@1:7+b@1:10" },
  };

  g_test_summary ("Words and pieces stand where they begin, in characters");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autofree char *seen = lex (cases[i].text, strlen (cases[i].text), &message);

      g_assert_cmpstr (message, ==, NULL);
      g_assert_cmpstr (seen, ==, cases[i].expected);
    }
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *text;
    gsize length; /* 0: to the NUL */
    const char *expected;
  } cases[] = {
    { "a\0b", 3, "1:2: a NUL byte; expected text in UTF-8" },
    { "é \xFFx", 0, "1:3: the byte 0xFF is not UTF-8; expected text in UTF-8" },
    { "# \xC3", 0, "1:3: the byte 0xC3 is not UTF-8; expected text in UTF-8" },
    { "a \"b c", 0, "1:3: the quote is not closed; expected \" before the end of the line" },
    { "a \"b \\\nc", 0, "1:3: the quote is not closed; expected \" before the end of the line" },
    { "a \"b \\", 0, "1:3: the quote is not closed; expected \" before the end of the line" },
    { "a b'c\nd", 0, "1:4: the quote is not closed; expected ' before the end of the line" },
    { "\"é\\q\"", 0, "1:3: “\\q” is no escape; expected \\n, \\t, \\\", \\\\, \\$ or \\xHH" },
    { "\"\\é\"", 0, "1:2: “\\é” is no escape; expected \\n, \\t, \\\", \\\\, \\$ or \\xHH" },
    { "\"\\x4\"", 0,
      "1:2: “\\x” is not followed by two hexadecimal digits; expected \\x01 to \\xFF" },
    { "\"\\x00\"", 0, "1:2: “\\x00” is no character; expected \\x01 to \\xFF" },
    { "x=\"\\xC3\"", 0, "1:3: the escaped bytes are not UTF-8; expected whole characters" },
    { "a $5", 0,
      "1:3: “$” is followed by no name; expected $NAME or ${NAME}, or \"\\$\" for a dollar" },
    { "a$", 0,
      "1:2: “$” is followed by no name; expected $NAME or ${NAME}, or \"\\$\" for a dollar" },
    { "\"$A\"", 0,
      "1:2: “$” is followed by no name; expected $NAME or ${NAME}, or \"\\$\" for a dollar" },
    { "${A} b", 0, "1:1: “${A}” is no variable; expected a name of a-z, 0-9 and - in the braces" },
    { "${}", 0, "1:1: “${}” is no variable; expected a name of a-z, 0-9 and - in the braces" },
    { "${a", 0, "1:1: “${” is not closed; expected ${NAME}" },
    { "\"${a\"", 0, "1:2: “${” is not closed; expected ${NAME}" },
    { "a\\b", 0, "1:2: a backslash outside quotes; expected it at the end of a line or in \"…\"" },
    { "a \\ \nb", 0,
      "1:3: a backslash outside quotes; expected it at the end of a line or in \"…\"" },
    { "a\n b \\", 0, "2:4: nothing follows the backslash; expected another line" },
  };

  g_test_summary ("Every mistake of the bytes is told at its line and column");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gsize length = cases[i].length > 0 ? cases[i].length : strlen (cases[i].text);
      g_autofree char *expected = g_strconcat (FILE_NAME, ":", cases[i].expected, NULL);
      g_autofree char *message = NULL;
      g_autofree char *seen = lex (cases[i].text, length, &message);

      g_assert_nonnull (seen);
      g_assert_cmpstr (message, ==, expected);
    }
}

static void
test_all_mistakes (void)
{
  static const char text[] = "a \"b\n$ \xFE \xFF\nhome 'x\n\"\\q\\w\"";
  g_autofree char *message = NULL;
  g_autofree char *seen = lex (text, strlen (text), &message);

  g_test_summary ("A mistake does not hide those behind it, on its line or on others");
  g_assert_nonnull (seen);
  g_assert_cmpstr (
      message, ==,
      FILE_NAME ":1:3: the quote is not closed; expected \" before the end of the line\n" FILE_NAME
                ":2:1: “$” is followed by no name; expected $NAME or ${NAME}, or \"\\$\" for a "
                "dollar\n" FILE_NAME
                ":2:3: the byte 0xFE is not UTF-8; expected text in UTF-8\n" FILE_NAME
                ":2:5: the byte 0xFF is not UTF-8; expected text in UTF-8\n" FILE_NAME
                ":3:6: the quote is not closed; expected ' before the end of the line\n" FILE_NAME
                ":4:2: “\\q” is no escape; expected \\n, \\t, \\\", \\\\, \\$ or \\xHH\n" FILE_NAME
                ":4:4: “\\w” is no escape; expected \\n, \\t, \\\", \\\\, \\$ or \\xHH");
}

static void
test_long_lines (void)
{
  static const struct
  {
    gsize length;
    const char *expected;
  } cases[] = {
    { 65536, NULL },
    { 65537, FILE_NAME ":2:1: the line is 65537 bytes long; expected at most 65536" },
    { 1 << 20, FILE_NAME ":2:1: the line is 1048576 bytes long; expected at most 65536" },
  };

  g_test_summary ("A line has at most 65536 bytes; one that has more does not hide the others");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strnfill (cases[i].length, 'x');
      g_autofree char *text = g_strdup_printf ("a\n%s\nb", name);
      g_autofree char *message = NULL;
      g_autofree char *seen = lex (text, strlen (text), &message);

      g_assert_cmpstr (message, ==, cases[i].expected);
      g_assert_true (g_str_has_prefix (seen, "a@1:1 | "));
      g_assert_true (g_str_has_suffix (seen, "b@3:1"));
    }
}

static void
test_diagnostics (void)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  ReboundPosition position = { g_intern_static_string ("b\n.life"), 7, 1 };
  ReboundPosition other = { g_intern_static_string ("a.life"), 3, 9 };

  g_test_summary ("Mistakes come by file as first seen, then by line; each once, on one line");
  g_assert_true (rebound_diagnostics_check (diagnostics, &error));
  rebound_diagnostics_add (diagnostics, &position, "“%s”", "a\nb\x1b[0m\xFF");
  rebound_diagnostics_add (diagnostics, &other, "other");
  position.line = 5;
  rebound_diagnostics_add (diagnostics, &position, "x");
  rebound_diagnostics_add (diagnostics, &position, "x");
  position.line = 0;
  rebound_diagnostics_add (diagnostics, &position, "whole");
  g_assert_false (rebound_diagnostics_check (diagnostics, &error));
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  g_assert_cmpstr (error->message, ==,
                   "b\\n.life: whole\nb\\n.life:5:1: x\nb\\n.life:7:1: “a\\nb\\x1B[0m\uFFFD”\n"
                   "a.life:3:9: other");
}

static void
test_many_diagnostics (void)
{
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autofree char *huge = g_strnfill (65536, 'x');
  g_autoptr (GError) error = NULL;

  g_test_summary ("However many mistakes there are, and whatever they quote, the text is bounded");
  for (guint line = 1; line <= 5000; line++)
    {
      ReboundPosition position = { g_intern_static_string (FILE_NAME), line, 1 };

      rebound_diagnostics_add (diagnostics, &position, "“%s”; expected less", huge);
    }
  rebound_diagnostics_check (diagnostics, &error);
  g_assert_cmpuint (strlen (error->message), <, 1100 * 1000);
  g_assert_true (g_str_has_suffix (error->message, "x”; expected less\nand 4000 more mistakes"));
}

static void
test_names (void)
{
  static const char *const good[] = { "a", "a-1", "a1", "web-", NULL };
  static const char *const bad[] = { "", "A", "1a", "-a", "a.b", "aB", "a_b", "é", "a ", NULL };

  g_test_summary ("A name is [a-z][a-z0-9-]*");
  for (guint i = 0; good[i] != NULL; i++)
    g_assert_true (rebound_name_is_valid (good[i]));
  for (guint i = 0; bad[i] != NULL; i++)
    g_assert_false (rebound_name_is_valid (bad[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lexer/words", test_words);
  g_test_add_func ("/lexer/mistakes", test_mistakes);
  g_test_add_func ("/lexer/all-mistakes", test_all_mistakes);
  g_test_add_func ("/lexer/long-lines", test_long_lines);
  g_test_add_func ("/lexer/names", test_names);
  g_test_add_func ("/lexer/diagnostics", test_diagnostics);
  g_test_add_func ("/lexer/many-diagnostics", test_many_diagnostics);
  return g_test_run ();
}
