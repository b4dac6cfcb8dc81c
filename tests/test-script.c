/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Scripts as files and as trees: repeats, includes, headers, and everything that can be wrong with
 * either, a file that is none among it. */

#include "lifecycle/rebound-script-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "script-test.h"

typedef struct
{
  char *path;
  GFile *folder;
} Fixture;

static void
fixture_set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->path = g_dir_make_tmp ("rebound-script-XXXXXX", &error);
  g_assert_no_error (error);
  self->folder = g_file_new_for_path (self->path);
}

static void
fixture_tear_down (Fixture *self, gconstpointer data)
{
  script_test_delete_tree (self->folder);
  g_object_unref (self->folder);
  g_free (self->path);
}

static void
write_bytes (Fixture *self, const char *name, const char *text, gssize length)
{
  g_autofree char *path = g_build_filename (self->path, name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_file_set_contents (path, text, length, &error);
  g_assert_no_error (error);
}

/* @script if nothing is wrong with it, else what is. */
static ReboundScript *
whole_script (ReboundScript *script, GError **error)
{
  if (rebound_diagnostics_check (rebound_script_get_mistakes (script), error))
    return script;
  rebound_script_free (script);
  return NULL;
}

static ReboundScript *
read_file (Fixture *self, const char *name, GError **error)
{
  g_autoptr (GFile) file = g_file_get_child (self->folder, name);

  return whole_script (rebound_script_new_from_file (file, name, NULL), error);
}

static ReboundScript *
read_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return whole_script (rebound_script_new (bytes, "t.life", NULL, NULL), error);
}

static void
append_nodes (GString *out, GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      ReboundNode *node = g_ptr_array_index (nodes, i);
      ReboundWord *word = g_ptr_array_index (node->words, 0);

      g_assert_cmpuint (node->position.line, ==, word->position.line);
      g_string_append_printf (out, "%s%s@%s:%u", i == 0 ? "" : " ",
                              g_array_index (word->pieces, ReboundPiece, 0).text,
                              node->position.file, node->position.line);
      if (node->body == NULL)
        continue;
      g_string_append (out, "(");
      append_nodes (out, node->body);
      g_string_append (out, ")");
    }
}

static void
assert_tree (ReboundScript *script, const char *expected)
{
  g_autoptr (GString) out = g_string_new (NULL);

  append_nodes (out, rebound_script_get_nodes (script));
  g_assert_cmpstr (out->str, ==, expected);
}

static void
assert_mistake (ReboundScript *script, GError *error, const char *expected)
{
  g_assert_null (script);
  g_assert_error (error, REBOUND_ERROR, REBOUND_ERROR_SCRIPT);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_tree (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script
      = read_text ("launch\nrepeat 3 as i\n  home\n  repeat 2\n  open\n  end\n\nend # of all\n"
                   "repeat $n\nend\nlock",
                   &error);

  g_test_summary ("Repeats have their lines as bodies, however deep");
  g_assert_no_error (error);
  assert_tree (script,
               "launch@t.life:1 repeat@t.life:2(home@t.life:3 repeat@t.life:4(open@t.life:5)) "
               "repeat@t.life:9() lock@t.life:11");
  g_assert_cmpstr (rebound_script_get_name (script), ==, "t.life");
}

static void
test_header (void)
{
  static const struct
  {
    const char *text;
    const char *header;
  } cases[] = {
    { "launch", "" },
    { "# One.\n#\n#   Two\n##three\n\n# not this\nlaunch", "One.\n\n  Two\nthree\n" },
    { "#!/usr/bin/env rebound\n# SPDX-License-Identifier: X\n\n# One.\r\nlaunch", "One.\n" },
    { "\xEF\xBB\xBF# One.\nlaunch", "One.\n" },
    { "launch\n# One.", "" },
  };

  g_test_summary ("The header is the comment that opens the script");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundScript) script = read_text (cases[i].text, &error);

      g_assert_no_error (error);
      g_assert_cmpstr (rebound_script_get_header (script), ==, cases[i].header);
    }
}

static void
test_variables (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script
      = read_text ("let b=1\nrepeat 2 as i\nlet a=\"$b\"\nlet b=2\nend\nclient c x=1", &error);
  g_autoptr (GPtrArray) names = NULL;

  g_test_summary ("The variables of a script are those of its lets, each once");
  g_assert_no_error (error);
  names = rebound_script_list_variables (script);
  g_assert_cmpuint (names->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (names, 0), ==, "a");
  g_assert_cmpstr (g_ptr_array_index (names, 1), ==, "b");
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "", "t.life: the script is empty; expected at least one statement" },
    { "# nothing\n\n", "t.life: the script is empty; expected at least one statement" },
    { "repeat 3\nlaunch",
      "t.life:1:1: “repeat” is not closed; expected “end” behind its last line" },
    { "repeat 3\n  repeat 2\nend",
      "t.life:1:1: “repeat” is not closed; expected “end” behind its last line" },
    { "repeat \"3\nend", "t.life:1:8: the quote is not closed; expected \" before the end of the "
                         "line" },
    { "home\n  end", "t.life:2:3: “end” closes nothing; expected a repeat before it" },
    { "repeat 3\nend of", "t.life:2:5: a word too many; expected nothing behind “end”" },
    { "include", "t.life:1:1: nothing follows “include”; expected the name of a file in quotes" },
    { "include \"a\" b",
      "t.life:1:13: a word too many; expected one name of a file (quotes keep blanks)" },
    { "include \"a$b\"", "t.life:1:9: a variable in the name of a file; expected it written out" },
    { "include \"a\"", "t.life:1:9: this script is in no folder; expected no include" },
    { "include \"\"",
      "t.life:1:9: the file is elsewhere; expected one in the script's folder, or in one that "
      "--include-dir names, without “/” in front and without “..”" },
    { "include \"/etc/passwd\"",
      "t.life:1:9: the file is elsewhere; expected one in the script's folder, or in one that "
      "--include-dir names, without “/” in front and without “..”" },
    { "include \"a/../../b\"",
      "t.life:1:9: the file is elsewhere; expected one in the script's folder, or in one that "
      "--include-dir names, without “/” in front and without “..”" },
    /* all of them, in the order of the lines; grammar and meaning are the checker's */
    { "end\nclient \"c\nafter 5\nset web x=$y\nrepeat 2\nexpect a.b = 1\nhome ${",
      "t.life:1:1: “end” closes nothing; expected a repeat before it\n"
      "t.life:2:8: the quote is not closed; expected \" before the end of the line\n"
      "t.life:5:1: “repeat” is not closed; expected “end” behind its last line\n"
      "t.life:7:6: “${” is not closed; expected ${NAME}" },
  };

  g_test_summary ("Every mistake of the structure is told at its place");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundScript) script = read_text (cases[i].text, &error);

      assert_mistake (script, error, cases[i].expected);
    }
}

static void
test_depth (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL, deep = NULL;

  g_test_summary ("Repeats nest 64 deep and no deeper, so that no stack overflows");
  for (guint i = 0; i < 64; i++)
    g_string_append (text, "repeat 1\n");
  for (guint i = 0; i < 64; i++)
    g_string_append (text, "end\n");
  script = read_text (text->str, &error);
  g_assert_no_error (error);
  g_string_truncate (text, 0);
  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "repeat 1\n");
  for (guint i = 0; i < 100000; i++)
    g_string_append (text, "end\n");
  deep = read_text (text->str, &error);
  g_assert_null (deep);
  g_assert_true (g_str_has_prefix (
      error->message,
      "t.life:65:1: repeats are more than 64 deep; expected at most that many in each other\n"
      "t.life:66:1: "));
}

static void
test_include (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL;

  g_test_summary ("An include is replaced by its file's lines, which keep their places");
  write_bytes (self, "a.life", "launch\nrepeat 2\ninclude \"sub/b.life\"\nend\nlock", -1);
  write_bytes (self, "sub/b.life", "home\ninclude 'c d.life'\ninclude empty.life", -1);
  write_bytes (self, "sub/c d.life", "\nlet x=1", -1);
  write_bytes (self, "sub/empty.life", "", -1);
  script = read_file (self, "a.life", &error);
  g_assert_no_error (error);
  assert_tree (script, "launch@a.life:1 repeat@a.life:2(home@sub/b.life:1 let@sub/c d.life:2) "
                       "lock@a.life:5");
}

static void
test_include_mistakes (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL;

  g_test_summary (
      "What is wrong in an included file is told with its name and place, and its end is its own");
  write_bytes (self, "a.life", "repeat 2\ninclude b.life\nend\nhome \"\ninclude none.life\nend",
               -1);
  write_bytes (self, "b.life", "end\nrepeat 2\nafter 5", -1);
  script = read_file (self, "a.life", &error);
  assert_mistake (script, error,
                  "a.life:4:6: the quote is not closed; expected \" before the end of the line\n"
                  "a.life:5:9: “none.life” cannot be read: ENOENT; expected a script's file\n"
                  "a.life:6:1: “end” closes nothing; expected a repeat before it\n"
                  "b.life:1:1: “end” closes nothing; expected a repeat before it\n"
                  "b.life:2:1: “repeat” is not closed; expected “end” behind its last line");
}

static void
test_include_cycle (Fixture *self, gconstpointer data)
{
  static const char *const first[] = { "a.life", "own.life" };
  static const char *const expected[] = {
    "c.life:2:9: the include leads back to where it is: b.life → c.life → ./b.life; expected no "
    "circle",
    "own.life:1:9: the include leads back to where it is: own.life → own.life; expected no circle",
  };

  g_test_summary ("A circle of includes is a mistake, told with the chain");
  write_bytes (self, "a.life", "include b.life", -1);
  write_bytes (self, "b.life", "include c.life", -1);
  write_bytes (self, "c.life", "home\ninclude ./b.life", -1);
  write_bytes (self, "own.life", "include own.life", -1);
  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (ReboundScript) script = read_file (self, first[i], &error);

      assert_mistake (script, error, expected[i]);
    }
}

static void
test_include_of_text (Fixture *self, gconstpointer data)
{
  static const char text[] = "include b.life";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL, circle = NULL;

  g_test_summary ("A text that says in which folder it is can include, and be led back to");
  write_bytes (self, "b.life", "home", -1);
  script = whole_script (rebound_script_new (bytes, "a.life", self->folder, NULL), &error);
  g_assert_no_error (error);
  assert_tree (script, "home@b.life:1");
  write_bytes (self, "b.life", "include a.life", -1);
  circle = whole_script (rebound_script_new (bytes, "a.life", self->folder, NULL), &error);
  assert_mistake (circle, error,
                  "b.life:1:9: the include leads back to where it is: a.life → b.life → a.life; "
                  "expected no circle");
}

static void
test_include_depth (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL, deep = NULL;

  g_test_summary ("Includes nest 16 deep");
  for (guint i = 0; i < 18; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);
      g_autofree char *text = g_strdup_printf ("include %u", i + 1);

      write_bytes (self, name, i == 17 ? "home" : text, -1);
    }
  script = read_file (self, "1", &error);
  g_assert_no_error (error);
  assert_tree (script, "home@17:1");
  deep = read_file (self, "0", &error);
  assert_mistake (deep, error,
                  "16:1:9: includes are more than 16 deep; expected at most that many in each "
                  "other");
}

static void
test_include_count (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) text = g_string_new ("home\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL, more = NULL;

  g_test_summary ("A script includes at most a thousand files, the same one counted each time");
  write_bytes (self, "empty", "", -1);
  for (guint i = 0; i < 1000; i++)
    g_string_append (text, "include empty\n");
  write_bytes (self, "a", text->str, -1);
  script = read_file (self, "a", &error);
  g_assert_no_error (error);
  assert_tree (script, "home@a:1");
  g_string_append (text, "include empty\n");
  write_bytes (self, "a", text->str, -1);
  more = read_file (self, "a", &error);
  assert_mistake (more, error,
                  "a:1002:9: more than 1000 files are included; expected at most that many");
}

static void
test_size (Fixture *self, gconstpointer data)
{
  g_autofree char *text = g_strnfill ((4 << 20) + 1, '\n');
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL, text_error = NULL, include_error = NULL;
  g_autoptr (ReboundScript) script = NULL, from_text = NULL, including = NULL, whole = NULL;

  g_test_summary ("A script has at most 4 MiB, its includes among it");
  write_bytes (self, "a.life", text, -1);
  script = read_file (self, "a.life", &error);
  assert_mistake (script, error, "a.life: is longer than 4MiB; expected at most that");
  from_text = whole_script (rebound_script_new (bytes, "t", NULL, NULL), &text_error);
  assert_mistake (from_text, text_error, "t: is longer than 4MiB; expected at most that");
  memcpy (text, "home", 4);
  write_bytes (self, "a.life", text, 4 << 20);
  whole = read_file (self, "a.life", NULL);
  g_assert_nonnull (whole);
  write_bytes (self, "b.life", "include a.life", -1);
  including = read_file (self, "b.life", &include_error);
  assert_mistake (including, include_error,
                  "b.life:1:9: “a.life” makes the script longer than 4MiB; expected at most "
                  "that, includes among it");
}

static void
test_no_file (Fixture *self, gconstpointer data)
{
  g_autofree char *fifo = g_build_filename (self->path, "fifo", NULL);
  g_autofree char *loop = g_build_filename (self->path, "loop", NULL);
  g_autofree char *device = g_build_filename (self->path, "device", NULL);
  static const struct
  {
    const char *name;
    const char *expected;
  } cases[] = {
    { "none", "none: cannot be read: ENOENT; expected a script's file" },
    { "sub", "sub: cannot be read: EISDIR; expected a script's file" },
    { "a/b", "a/b: cannot be read: ENOTDIR; expected a script's file" },
    { "loop", "loop: cannot be read: ELOOP; expected a script's file" },
    { "fifo", "fifo: is a FIFO; expected a regular file" },
  };
  g_autoptr (GFile) resource = g_file_new_for_uri ("resource:///org/rebound/none");
  g_autoptr (GError) resource_error = NULL, device_error = NULL;
  g_autoptr (ReboundScript) elsewhere = NULL, device_script = NULL;

  g_test_summary ("What is no file is refused with the errno's name, and nothing hangs");
  write_bytes (self, "a", "home", -1);
  write_bytes (self, "sub/b", "home", -1);
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_cmpint (symlink ("loop", loop), ==, 0);
  g_assert_cmpint (symlink ("/dev/zero", device), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL, include_error = NULL;
      g_autoptr (ReboundScript) script = read_file (self, cases[i].name, &error);
      g_autoptr (ReboundScript) including = NULL;
      g_autofree char *text = g_strdup_printf ("include %s", cases[i].name);
      g_autofree char *expected = g_strdup_printf ("main:1:9: “%s”%s", cases[i].name,
                                                   strchr (cases[i].expected, ':') + 1);

      assert_mistake (script, error, cases[i].expected);
      write_bytes (self, "main", text, -1);
      including = read_file (self, "main", &include_error);
      assert_mistake (including, include_error, expected);
    }
  elsewhere = whole_script (rebound_script_new_from_file (resource, "none", NULL), &resource_error);
  assert_mistake (elsewhere, resource_error, cases[0].expected);
  device_script = read_file (self, "device", &device_error);
  assert_mistake (device_script, device_error, "device: is a device; expected a regular file");
}

static void
test_unreadable (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->path, "a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ReboundScript) script = NULL;

  g_test_summary ("A file that may not be read is refused with the errno's name");
  write_bytes (self, "a", "home", -1);
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  if (access (path, R_OK) == 0)
    {
      g_test_skip ("this user may read everything");
      return;
    }
  script = read_file (self, "a", &error);
  assert_mistake (script, error, "a: cannot be read: EACCES; expected a script's file");
}

#define ADD(path, function)                                                                        \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/script/tree", test_tree);
  g_test_add_func ("/script/header", test_header);
  g_test_add_func ("/script/variables", test_variables);
  g_test_add_func ("/script/mistakes", test_mistakes);
  g_test_add_func ("/script/depth", test_depth);
  ADD ("/script/include", test_include);
  ADD ("/script/include-mistakes", test_include_mistakes);
  ADD ("/script/include-cycle", test_include_cycle);
  ADD ("/script/include-of-text", test_include_of_text);
  ADD ("/script/include-depth", test_include_depth);
  ADD ("/script/include-count", test_include_count);
  ADD ("/script/size", test_size);
  ADD ("/script/no-file", test_no_file);
  ADD ("/script/unreadable", test_unreadable);
  return g_test_run ();
}
