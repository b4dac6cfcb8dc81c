/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Statements: what a line is understood as, how it reads again, and every mistake that its grammar
 * can have, at its place. */

#include "lifecycle/rebound-statement-private.h"

#include <string.h>

#define FILE_NAME "t.life"

static ReboundScript *
read_script (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  ReboundScript *script = rebound_script_new (bytes, FILE_NAME, NULL, NULL);

  rebound_diagnostics_check (rebound_script_get_mistakes (script), &error);
  g_assert_no_error (error);
  return script;
}

static ReboundScope *
make_scope (void)
{
  ReboundScope *scope = rebound_scope_new ();

  rebound_scope_set (scope, "i", "3");
  rebound_scope_set (scope, "text", "a b=\"$i\"\n");
  rebound_scope_set (scope, "none", "");
  rebound_scope_set (scope, "dotted", "web.close");
  rebound_scope_set (scope, "keyword", "end");
  rebound_scope_set (scope, "again", "repeat");
  return scope;
}

/* The statement of the first line of @text, or NULL and what is wrong with it. */
static ReboundStatement *
read_statement (const char *text, char **message)
{
  g_autoptr (ReboundScript) script = read_script (text);
  g_autoptr (ReboundScope) scope = make_scope ();
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  ReboundNode *node = g_ptr_array_index (rebound_script_get_nodes (script), 0);
  ReboundStatement *statement = rebound_statement_new (node, scope, diagnostics);

  g_assert_true (rebound_diagnostics_check (diagnostics, &error) == (statement != NULL));
  *message = error == NULL ? NULL : g_strdup (error->message);
  return statement;
}

static void
append_text (GString *out, const char *label, const ReboundText *text)
{
  g_autofree char *escaped = NULL;

  if (text->text == NULL)
    return;
  escaped = g_strescape (text->text, NULL);
  g_assert_cmpstr (text->position.file, ==, FILE_NAME);
  g_string_append_printf (out, " %s=[%s]@%u:%u", label, escaped, text->position.line,
                          text->position.column);
}

static void
append_statement (GString *out, ReboundStatement *self)
{
  static const char *const kinds[] = {
    "declaration", "set",           "action",        "verb",   "after",      "wait-signal",
    "wait-until",  "expect",        "expect-signal", "always", "eventually", "let",
    "print",       "print-sockets", "why",           "repeat",
  };

  g_string_append_printf (out, "%s@%u", kinds[self->kind], self->position.column);
  if (self->place != REBOUND_PLACE_OF_CLASS)
    g_string_append (out, self->place == REBOUND_PLACE_PEER ? " peer" : " in");
  append_text (out, "application", &self->application);
  append_text (out, "type", &self->type);
  append_text (out, "name", &self->name);
  append_text (out, "member", &self->member);
  for (guint i = 0; self->assignments != NULL && i < self->assignments->len; i++)
    {
      ReboundAssignment *assignment = &g_array_index (self->assignments, ReboundAssignment, i);

      append_text (out, "n", &assignment->name);
      append_text (out, "v", &assignment->value);
    }
  if (self->kind == REBOUND_STATEMENT_EXPECT || self->kind == REBOUND_STATEMENT_WAIT_UNTIL
      || self->kind == REBOUND_STATEMENT_ALWAYS || self->kind == REBOUND_STATEMENT_EVENTUALLY)
    g_string_append_printf (out, " %s", rebound_operator_to_string (self->operation));
  append_text (out, "value", &self->value);
  if (self->duration_usec >= 0)
    g_string_append_printf (out, " %" G_GINT64_FORMAT "us", self->duration_usec);
  if (self->count != 1)
    g_string_append_printf (out, " x%u", self->count);
  if (self->negated)
    g_string_append (out, " no");
  if (self->condition != NULL)
    {
      g_string_append (out, " while ");
      append_statement (out, self->condition);
    }
  if (self->inner == NULL)
    return;
  g_string_append (out, " > ");
  append_statement (out, self->inner);
}

static void
test_good (void)
{
  static const struct
  {
    const char *text;
    const char *expected;
  } cases[] = {
    { "listener web", "declaration@1 type=[listener]@1:1 name=[web]@1:10" },
    { "  peer client phone$i x=1 y=",
      "declaration@3 peer type=[client]@1:8 name=[phone3]@1:15 n=[x]@1:23 v=[1]@1:25 "
      "n=[y]@1:27 v=[]@1:29" },
    { "in app client c", "declaration@1 in application=[app]@1:4 type=[client]@1:8 name=[c]@1:15" },
    { "client c message=\"a=b\" t='x'\"y\"$i",
      "declaration@1 type=[client]@1:1 name=[c]@1:8 n=[message]@1:10 v=[a=b]@1:18 n=[t]@1:24 "
      "v=[xy3]@1:26" },
    { "client c x=$text",
      "declaration@1 type=[client]@1:1 name=[c]@1:8 n=[x]@1:10 v=[a b=\\\"$i\\\"\\n]@1:12" },
    { "client c x=\\\n y=2",
      "declaration@1 type=[client]@1:1 name=[c]@1:8 n=[x]@1:10 v=[]@1:12 n=[y]@2:2 v=[2]@2:4" },
    { "set web p=a=b.c", "set@1 name=[web]@1:5 n=[p]@1:9 v=[a=b.c]@1:11" },
    { "set web p=$none", "set@1 name=[web]@1:5 n=[p]@1:9 v=[]@1:11" },
    { "phone.close", "action@1 name=[phone]@1:1 member=[close]@1:7" },
    { "phone$i.send text=\"x\" count=2",
      "action@1 name=[phone3]@1:1 member=[send]@1:9 n=[text]@1:14 v=[x]@1:19 n=[count]@1:23 "
      "v=[2]@1:29" },
    { "launch", "verb@1 name=[launch]@1:1" },
    { "launch background=yes", "verb@1 name=[launch]@1:1 n=[background]@1:8 v=[yes]@1:19" },
    { "after 0s", "after@1 0us" },
    { "after 1.5s home", "after@1 1500000us > verb@12 name=[home]@1:12" },
    { "after 2ms phone.close", "after@1 2000us > action@11 name=[phone]@1:11 member=[close]@1:17" },
    { "after 2ms client c", "after@1 2000us > declaration@11 type=[client]@1:11 name=[c]@1:18" },
    { "after 2ms set web p=1", "after@1 2000us > set@11 name=[web]@1:15 n=[p]@1:19 v=[1]@1:21" },
    { "print sockets", "print-sockets@1" },
    { "print \"sockets\"", "print@1 value=[sockets]@1:7" },
    { "why web", "why@1 name=[kernel]@1:1 member=[why]@1:1 n=[of]@1:5 v=[web]@1:5" },
    { "after 2ms why 30000 address=::1",
      "after@1 2000us > why@11 name=[kernel]@1:11 member=[why]@1:11 n=[of]@1:15 v=[30000]@1:15 "
      "n=[address]@1:21 v=[::1]@1:29" },
    { "after 2ms print x", "after@1 2000us > print@11 value=[x]@1:17" },
    { "after 2ms expect a.b == 1",
      "after@1 2000us > expect@11 name=[a]@1:18 member=[b]@1:20 == value=[1]@1:25" },
    { "after 2ms wait a.b within 1s",
      "after@1 2000us > wait-signal@11 name=[a]@1:16 member=[b]@1:18 1000000us" },
    { "wait phone.connected", "wait-signal@1 name=[phone]@1:6 member=[connected]@1:12" },
    { "wait phone.connected count=3 within 5s",
      "wait-signal@1 name=[phone]@1:6 member=[connected]@1:12 5000000us x3" },
    { "wait phone.connected within 0s count=$i",
      "wait-signal@1 name=[phone]@1:6 member=[connected]@1:12 0us x3" },
    { "wait until.x", "wait-signal@1 name=[until]@1:6 member=[x]@1:12" },
    { "wait until web.state == closed",
      "wait-until@1 name=[web]@1:12 member=[state]@1:16 == value=[closed]@1:25" },
    { "wait until web.accepted >= 5 within 1min",
      "wait-until@1 name=[web]@1:12 member=[accepted]@1:16 >= value=[5]@1:28 60000000us" },
    { "expect web.state != \"\"", "expect@1 name=[web]@1:8 member=[state]@1:12 != value=[]@1:21" },
    { "expect a.b < 1", "expect@1 name=[a]@1:8 member=[b]@1:10 < value=[1]@1:14" },
    { "expect a.b <= 1", "expect@1 name=[a]@1:8 member=[b]@1:10 <= value=[1]@1:15" },
    { "expect a.b > 1", "expect@1 name=[a]@1:8 member=[b]@1:10 > value=[1]@1:14" },
    { "expect a.b ~ 'E*'", "expect@1 name=[a]@1:8 member=[b]@1:10 ~ value=[E*]@1:14" },
    { "expect a.b == for", "expect@1 name=[a]@1:8 member=[b]@1:10 == value=[for]@1:15" },
    { "expect phone.connected", "expect-signal@1 name=[phone]@1:8 member=[connected]@1:14" },
    { "expect a.b for 1s", "expect-signal@1 name=[a]@1:8 member=[b]@1:10 1000000us" },
    { "expect no a.b for 59s", "expect-signal@1 name=[a]@1:11 member=[b]@1:13 59000000us no" },
    { "expect no.b", "expect-signal@1 name=[no]@1:8 member=[b]@1:11" },
    { "always a.b != $none", "always@1 name=[a]@1:8 member=[b]@1:10 != value=[]@1:15" },
    { "always a.b == while while c$i.d ~ while",
      "always@1 name=[a]@1:8 member=[b]@1:10 == value=[while]@1:15 while expect@27 "
      "name=[c3]@1:27 member=[d]@1:31 ~ value=[while]@1:35" },
    { "always a.b == 1 within 2s while c.d < 3 and e.f != 4",
      "always@1 name=[a]@1:8 member=[b]@1:10 == value=[1]@1:15 2000000us while expect@33 "
      "name=[c]@1:33 member=[d]@1:35 < value=[3]@1:39 while expect@45 name=[e]@1:45 "
      "member=[f]@1:47 != value=[4]@1:52" },
    { "after 1s always a.b == 1",
      "after@1 1000000us > always@10 name=[a]@1:17 member=[b]@1:19 == value=[1]@1:24" },
    { "eventually a.b >= $i within 1.5s",
      "eventually@1 name=[a]@1:12 member=[b]@1:14 >= value=[3]@1:19 1500000us" },
    { "after 1s eventually a.b == within within 1s",
      "after@1 1000000us > eventually@10 name=[a]@1:21 member=[b]@1:23 == value=[within]@1:28 "
      "1000000us" },
    { "let x=", "let@1 name=[x]@1:5 value=[]@1:7" },
    { "let x=\"a b\"", "let@1 name=[x]@1:5 value=[a b]@1:7" },
    { "print \"{{ {web.state} $i }}\"", "print@1 value=[{{ {web.state} 3 }}]@1:7" },
    { "repeat 3\nend", "repeat@1 x3" },
    { "repeat $i as turn\nend", "repeat@1 name=[turn]@1:14 x3" },
    { "repeat 1000000\nend", "repeat@1 x1000000" },
  };

  g_test_summary ("Every form of the grammar is understood, with the place of each part");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autoptr (ReboundStatement) statement = read_statement (cases[i].text, &message);
      g_autoptr (GString) seen = g_string_new (NULL);

      g_assert_cmpstr (message, ==, NULL);
      append_statement (seen, statement);
      g_assert_cmpstr (seen->str, ==, cases[i].expected);
    }
}

static void
test_source (void)
{
  static const struct
  {
    const char *text;
    const char *source;
  } cases[] = {
    { "  client   phone$i \\\n x=1 # why", "client phone3 x=1" },
    { "client c x='a $b'\"\\t\"", "client c x=\"a \\$b\\t\"" },
    { "client c x=\"n$i\"", "client c x=\"n3\"" },
    { "client c x=$text y=$none", "client c x=\"a b=\\\"\\$i\\\"\\n\" y=\"\"" },
    { "client c x=a\rb=\x01", "client c x=a\"\\x0D\"b=\"\\x01\"" },
    { "client c x=\"\\x01\\\\\"é", "client c x=\"\\x01\\\\\"é" },
    { "client c x=\"\"", "client c x=\"\"" },
    { "client c x='#'", "client c x=\"#\"" },
    { "expect a.b == $dotted", "expect a.b == web.close" },
    { "always a.b ==  $text   while c.d == $i",
      "always a.b == \"a b=\\\"\\$i\\\"\\n\" while c.d == 3" },
    { "eventually a.b == $i  within 1s", "eventually a.b == 3 within 1s" },
  };

  g_test_summary ("The source is what a script would have said without variables");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autoptr (ReboundStatement) statement = read_statement (cases[i].text, &message);
      g_autoptr (ReboundStatement) again = NULL;

      g_assert_cmpstr (message, ==, NULL);
      g_assert_cmpstr (statement->source, ==, cases[i].source);
      again = read_statement (statement->source, &message);
      g_assert_cmpstr (message, ==, NULL);
      g_assert_cmpstr (again->source, ==, cases[i].source);
    }
}

static void
test_source_of_inner (void)
{
  g_autofree char *message = NULL;
  g_autoptr (ReboundStatement) statement = read_statement ("after 1s phone$i.close", &message);

  g_test_summary ("What stands behind after has a source of its own");
  g_assert_cmpstr (statement->source, ==, "after 1s phone3.close");
  g_assert_cmpstr (statement->inner->source, ==, "phone3.close");
}

#define NAME     ", of a-z, 0-9 and - with a letter first"
#define DURATION "expected a duration such as 200ms, 1.5s or 2min"
#define OPERATOR "expected one of ==, !=, <, <=, >, >=, ~"
#define OPENING                                                                                    \
  "expected a verb, TYPE NAME, NAME.ACTION or one of after, always, end, eventually, expect, in, " \
  "include, let, peer, print, repeat, set, wait, why"

#define CONDITION                                                                                  \
  "is not known here; expected within DURATION, while NAME.PROPERTY … or the end of the line"

static const struct
{
  const char *text;
  const char *expected;
} mistakes[] = {
  /* variables */
  { "client $x", "1:8: the variable “x” is not set; expected a let or a repeat before, or --set" },
  { "client c m=\"${txt}\"",
    "1:13: the variable “txt” is not set; expected a let or a repeat before, or --set; did you "
    "mean “text”?" },
  { "$keyword", "1:1: “end” comes from a variable; expected it written out" },
  { "$again 3", "1:1: “repeat” comes from a variable; expected it written out" },
  /* openings */
  { "Launch", "1:1: “Launch” opens no statement; " OPENING },
  { "\"launch\"", "1:1: “launch” opens no statement; " OPENING },
  { "x=1", "1:1: “x=1” opens no statement; " OPENING },
  { "x=1.5", "1:1: “x=1.5” opens no statement; " OPENING },
  { "$dotted", "1:1: “web.close” opens no statement; " OPENING },
  { "wiat web.state", "1:1: “wiat” opens no statement; " OPENING "; did you mean “wait”?" },
  { "expct no a.b", "1:1: “expct” opens no statement; " OPENING "; did you mean “expect”?" },
  { "pear client c", "1:1: “pear” opens no statement; " OPENING "; did you mean “peer”?" },
  { "afer 2s home", "1:1: “afer” opens no statement; " OPENING "; did you mean “after”?" },
  { "Expect a.b == 1", "1:1: “Expect” opens no statement; " OPENING "; did you mean “expect”?" },
  { "alway a.b == 1", "1:1: “alway” opens no statement; " OPENING "; did you mean “always”?" },
  { "eventualy a.b == 1 within 1s",
    "1:1: “eventualy” opens no statement; " OPENING "; did you mean “eventually”?" },
  { "prnt \"x\"", "1:1: “prnt” opens no statement; " OPENING "; did you mean “print”?" },
  /* declarations */
  { "peer", "1:1: nothing follows “peer”; expected TYPE NAME" },
  { "peer client", "1:6: nothing follows “client”; expected TYPE NAME" },
  { "peer Client c", "1:6: “Client” is no name; expected TYPE NAME" NAME },
  { "client Phone", "1:8: “Phone” is no name; expected TYPE NAME" NAME },
  { "client phone_1", "1:8: “phone_1” is no name; expected TYPE NAME" NAME },
  { "client c port", "1:10: “port” has no “=”; expected NAME=VALUE in one word" },
  { "client c \"port=1\"", "1:10: “port=1” has no “=”; expected NAME=VALUE in one word" },
  { "client c $text", "1:10: “a b=\"$i\"\\n” has no “=”; expected NAME=VALUE in one word" },
  { "client c =1", "1:10: “” is no name; expected NAME=VALUE" NAME },
  { "client c Port=1", "1:10: “Port” is no name; expected NAME=VALUE" NAME },
  { "client c a=1 b=2 a=1", "1:18: “a” is given twice; expected one value for it" },
  { "client c a=1 x a=2", "1:14: “x” has no “=”; expected NAME=VALUE in one word\n" FILE_NAME
                          ":1:16: “a” is given twice; expected one value for it" },
  { "in", "1:1: nothing follows “in”; expected APP TYPE NAME" },
  { "in app", "1:4: nothing follows “app”; expected TYPE NAME" },
  { "in 5 client c", "1:4: “5” is no name; expected APP TYPE NAME" NAME },
  /* set, actions, verbs */
  { "set", "1:1: nothing follows “set”; expected NAME PROPERTY=VALUE" },
  { "set web", "1:5: nothing follows “web”; expected PROPERTY=VALUE" },
  { "set web.port=1", "1:5: “web.port=1” is no name; expected NAME PROPERTY=VALUE" NAME },
  { "set web port", "1:9: “port” has no “=”; expected NAME=VALUE in one word" },
  { ".close", "1:1: “” is no name; expected NAME.ACTION" NAME },
  { "web.", "1:5: “” is no name; expected NAME.ACTION" NAME },
  { "Web.Close", "1:1: “Web” is no name; expected NAME.ACTION" NAME "\n" FILE_NAME
                 ":1:5: “Close” is no name; expected NAME.ACTION" NAME },
  { "web.a.b", "1:5: “a.b” is no name; expected NAME.ACTION" NAME },
  { "web.close now", "1:11: “now” has no “=”; expected NAME=VALUE in one word" },
  { "launch a=1 a=2", "1:12: “a” is given twice; expected one value for it" },
  /* after */
  { "after", "1:1: nothing follows “after”; " DURATION },
  { "after home", "1:7: “home” is no duration; " DURATION },
  { "after 5 home", "1:7: “5” has no unit; " DURATION },
  { "after 5 home.x y", "1:7: “5” has no unit; " DURATION "\n" FILE_NAME
                        ":1:16: “y” has no “=”; expected NAME=VALUE in one word" },
  { "after -1s", "1:7: “-1s” is no duration; " DURATION },
  { "after 1.5us", "1:7: “1.5us” is finer than 1us; expected a whole number of us" },
  { "after 1week",
    "1:7: “1week” has the unknown unit “week”; expected one of us, ms, s, min, h, d" },
  { "after 1mim",
    "1:7: “1mim” has the unknown unit “mim”; expected one of us, ms, s, min, h, d; did you mean "
    "“min”?" },
  { "after 200000000d", "1:7: “200000000d” is too long; expected at most 106751991d" },
  { "after 1s after 1s",
    "1:10: “after” cannot stand behind after; expected it on a line of its own" },
  { "after 1s repeat 3",
    "1:10: “repeat” cannot stand behind after; expected it on a line of its own" },
  { "after 1s end", "1:10: “end” cannot stand behind after; expected it on a line of its own" },
  { "after 1s include x",
    "1:10: “include” cannot stand behind after; expected it on a line of its own" },
  { "after 1s let x=1", "1:10: “let” cannot stand behind after; expected it on a line of its own" },
  { "after 1s wait a", "1:15: “a” has no dot; expected NAME.SIGNAL or until NAME.PROPERTY" },
  /* wait */
  { "wait", "1:1: nothing follows “wait”; expected NAME.SIGNAL or until NAME.PROPERTY" },
  { "wait phone", "1:6: “phone” has no dot; expected NAME.SIGNAL or until NAME.PROPERTY" },
  { "wait \"a.b\"", "1:6: “a.b” has no dot; expected NAME.SIGNAL or until NAME.PROPERTY" },
  { "wait \"a=b\"", "1:6: “a=b” has no dot; expected NAME.SIGNAL or until NAME.PROPERTY" },
  { "wait $dotted", "1:6: “web.close” has no dot; expected NAME.SIGNAL or until NAME.PROPERTY" },
  { "wait a.B", "1:8: “B” is no name; expected NAME.SIGNAL or until NAME.PROPERTY" NAME },
  { "wait a.b witin 5s", "1:10: “witin” is not known here; expected count=N or within DURATION; "
                         "did you mean “within”?" },
  { "wait a.b == 5", "1:10: “==” is not known here; expected count=N or within DURATION" },
  { "wait a.b within", "1:10: nothing follows “within”; " DURATION },
  { "wait a.b within 5", "1:17: “5” has no unit; " DURATION },
  { "wait a.b within 1s within 2s", "1:20: “within” is given twice; expected it once" },
  { "wait a.b within 1s 2s", "1:20: “2s” is not known here; expected count=N or within DURATION" },
  { "wait a.b count=", "1:16: “” is no number; expected an integer from 1 to 1000000" },
  { "wait a.b count=0", "1:16: “0” is out of range; expected an integer from 1 to 1000000" },
  { "wait a.b count=99999999999999999999",
    "1:16: “99999999999999999999” is out of range; expected an integer from 1 to 1000000" },
  { "wait a.b count=1 count=2", "1:18: “count” is given twice; expected it once" },
  { "wait until", "1:6: nothing follows “until”; expected NAME.PROPERTY" },
  { "wait until a.b", "1:12: nothing follows “a.b”; " OPERATOR },
  { "wait until a.b within 5s", "1:16: “within” is no operator; " OPERATOR },
  { "wait until a.b ==", "1:16: nothing follows “==”; expected a value" },
  { "wait until a.b == 1 count=2", "1:21: “count=2” is not known here; expected within DURATION" },
  { "wait until a.b==1",
    "1:12: “a.b==1” is one word; expected blanks on both sides of the operator" },
  /* expect */
  { "expect", "1:1: nothing follows “expect”; expected NAME.PROPERTY or NAME.SIGNAL" },
  { "expect no", "1:8: nothing follows “no”; expected NAME.SIGNAL" },
  { "expect web", "1:8: “web” has no dot; expected NAME.PROPERTY or NAME.SIGNAL" },
  { "expect web.state = closed",
    "1:18: “=” is no operator; " OPERATOR " or for DURATION; did you mean “==”?" },
  { "expect web.state \"==\" x", "1:18: “==” is no operator; " OPERATOR " or for DURATION" },
  { "expect web.state is x", "1:18: “is” is no operator; " OPERATOR " or for DURATION" },
  { "expect a.b fro 5s",
    "1:12: “fro” is no operator; " OPERATOR " or for DURATION; did you mean “for”?" },
  { "expect a.b ==", "1:12: nothing follows “==”; expected a value" },
  { "expect a.b == x y", "1:17: “y” is one word too many; expected the end of the line" },
  { "expect a.b>=1", "1:8: “a.b>=1” is one word; expected blanks on both sides of the operator" },
  { "expect a.b for", "1:12: nothing follows “for”; " DURATION },
  { "expect a.b for 5s x", "1:19: “x” is one word too many; expected the end of the line" },
  { "expect no a.b == x",
    "1:15: “==” is one word too many; expected for DURATION or the end of the line" },
  /* always, eventually */
  { "always", "1:1: nothing follows “always”; expected NAME.PROPERTY" },
  { "always web", "1:8: “web” has no dot; expected NAME.PROPERTY" },
  { "always no a.b", "1:8: “no” has no dot; expected NAME.PROPERTY" },
  { "always a.b", "1:8: nothing follows “a.b”; " OPERATOR },
  { "always a.b = 1", "1:12: “=” is no operator; " OPERATOR "; did you mean “==”?" },
  { "always a.b==1", "1:8: “a.b==1” is one word; expected blanks on both sides of the operator" },
  { "always a.b ==", "1:12: nothing follows “==”; expected a value" },
  { "always a.b == 1 wile c.d == 2", "1:17: “wile” " CONDITION "; did you mean “while”?" },
  { "always a.b == 1 witin 5s", "1:17: “witin” " CONDITION "; did you mean “within”?" },
  { "always a.b == 1 \"while\" c.d == 2", "1:17: “while” " CONDITION "; did you mean “while”?" },
  { "always a.b == 1 within", "1:17: nothing follows “within”; " DURATION },
  { "always a.b == 1 within 5", "1:24: “5” has no unit; " DURATION },
  { "always a.b == 1 within 5s 6s", "1:27: “6s” " CONDITION },
  { "always a.b == 1 and c.d == 2", "1:17: “and” " CONDITION },
  { "always a.b == 1 while", "1:17: nothing follows “while”; expected NAME.PROPERTY" },
  { "always a.b == 1 while c", "1:23: “c” has no dot; expected NAME.PROPERTY" },
  { "always a.b == 1 while c.d", "1:23: nothing follows “c.d”; " OPERATOR },
  { "always a.b == 1 while c.d == 1 while e.f == 2",
    "1:32: “while” is not known here; expected and NAME.PROPERTY … or the end of the line" },
  { "always a.b == 1 while c.d == 1 within 5s",
    "1:32: “within” is not known here; expected and NAME.PROPERTY … or the end of the line" },
  { "always a.b == 1 while c.d == 1 an e.f == 2",
    "1:32: “an” is not known here; expected and NAME.PROPERTY … or the end of the line; did you "
    "mean “and”?" },
  { "always a.b == 1 while c.d == 1 and", "1:32: nothing follows “and”; expected NAME.PROPERTY" },
  { "eventually", "1:1: nothing follows “eventually”; expected NAME.PROPERTY" },
  { "eventually a.b == 1", "1:19: nothing follows “1”; expected within DURATION" },
  { "eventually a.b == 1 whithin 5s",
    "1:21: “whithin” is not known here; expected within DURATION; did you mean “within”?" },
  { "eventually a.b == 1 within", "1:21: nothing follows “within”; " DURATION },
  { "eventually a.b == 1 within 5", "1:28: “5” has no unit; " DURATION },
  { "eventually a.b == 1 within 5s 6s",
    "1:31: “6s” is one word too many; expected the end of the line" },
  { "eventually a.b == 1 while c.d == 1 within 5s",
    "1:21: “while” is not known here; expected within DURATION" },
  /* let, print, repeat */
  { "let", "1:1: nothing follows “let”; expected NAME=VALUE" },
  { "let x = 5", "1:5: “x” has no “=”; expected NAME=VALUE in one word" },
  { "let X=5", "1:5: “X” is no name; expected NAME=VALUE" NAME },
  { "let x=a b", "1:9: “b” is one word too many; expected one NAME=VALUE (quotes keep blanks)" },
  { "print", "1:1: nothing follows “print”; expected a text in quotes, or sockets" },
  { "print sockets now", "1:15: “now” is one word too many; expected the end of the line" },
  { "why", "1:1: nothing follows “why”; expected the name of a listener, or a port" },
  { "why address=::1",
    "1:5: “address=::1” comes too early; expected the name of a listener, or a port, before it" },
  { "why web of=mail", "1:9: “of” is given twice; expected it once" },
  { "print a b", "1:9: “b” is one word too many; expected one text in quotes" },
  { "print \"{a.b\"", "1:7: “{” is not closed; expected {NAME.PROPERTY}, or {{ for a brace" },
  { "print \"{\"", "1:7: “{” is not closed; expected {NAME.PROPERTY}, or {{ for a brace" },
  { "print \"a}\"", "1:7: “}” closes nothing; expected }} for a brace that is meant as such" },
  { "print \"{ab}\"",
    "1:7: “{ab}” names no property; expected {NAME.PROPERTY}, or {{ for a brace" },
  { "print \"{}\"", "1:7: “{}” names no property; expected {NAME.PROPERTY}, or {{ for a brace" },
  { "print \"{a.b.c}\"",
    "1:7: “{a.b.c}” names no property; expected {NAME.PROPERTY}, or {{ for a brace" },
  { "repeat\nend", "1:1: nothing follows “repeat”; expected N [as NAME]" },
  { "repeat x\nend", "1:8: “x” is no number; expected an integer from 1 to 1000000" },
  { "repeat -1\nend", "1:8: “-1” is no number; expected an integer from 1 to 1000000" },
  { "repeat 0\nend", "1:8: “0” is out of range; expected an integer from 1 to 1000000" },
  { "repeat 1000001\nend",
    "1:8: “1000001” is out of range; expected an integer from 1 to 1000000" },
  { "repeat 3 i\nend",
    "1:10: “i” is one word too many; expected “as NAME” or the end of the line" },
  { "repeat 3 as\nend", "1:10: nothing follows “as”; expected NAME" },
  { "repeat 3 as I\nend", "1:13: “I” is no name; expected NAME" NAME },
  { "repeat 3 as i j\nend", "1:15: “j” is one word too many; expected the end of the line" },
};

static void
test_mistakes (void)
{
  g_test_summary ("Every mistake of the grammar is told at its place");
  for (guint i = 0; i < G_N_ELEMENTS (mistakes); i++)
    {
      g_autofree char *expected = g_strconcat (FILE_NAME, ":", mistakes[i].expected, NULL);
      g_autofree char *message = NULL;
      g_autoptr (ReboundStatement) statement = read_statement (mistakes[i].text, &message);

      g_assert_cmpstr (message, ==, expected);
      g_assert_null (statement);
    }
}

static void
test_growth (void)
{
  g_autoptr (ReboundScript) script = read_script ("let x=\"$x$x\"");
  ReboundNode *node = g_ptr_array_index (rebound_script_get_nodes (script), 0);
  g_autoptr (ReboundScope) scope = rebound_scope_new ();
  g_autoptr (ReboundDiagnostics) diagnostics = rebound_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  guint n_rounds = 0;

  g_test_summary ("A variable that doubles itself is stopped before the memory is full");
  rebound_scope_set (scope, "x", "x");
  while (rebound_diagnostics_is_empty (diagnostics))
    {
      g_autoptr (ReboundStatement) statement = rebound_statement_new (node, scope, diagnostics);

      if (statement != NULL)
        rebound_scope_set (scope, "x", statement->value.text);
      g_assert_cmpuint (++n_rounds, <, 64);
    }
  g_assert_false (rebound_diagnostics_check (diagnostics, &error));
  g_assert_cmpstr (error->message, ==,
                   FILE_NAME ":1:5: with its variables replaced the line is too long; expected at "
                             "most 1048576 bytes");
}

static void
test_does_something (void)
{
  static const struct
  {
    const char *text;
    gboolean does_something;
  } cases[] = {
    { "client c", TRUE },         { "set c x=1", TRUE },
    { "c.close", TRUE },          { "home", TRUE },
    { "after 1s", TRUE },         { "after 1s expect a.b", TRUE },
    { "wait a.b", FALSE },        { "wait until a.b == 1", FALSE },
    { "expect a.b == 1", FALSE }, { "expect a.b", FALSE },
    { "always a.b == 1", FALSE }, { "eventually a.b == 1 within 1s", FALSE },
    { "let x=1", FALSE },         { "print x", FALSE },
    { "repeat 3\nend", FALSE },
  };

  g_test_summary ("Waits look back to the last statement that did something");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *message = NULL;
      g_autoptr (ReboundStatement) statement = read_statement (cases[i].text, &message);

      g_assert_cmpint (rebound_statement_does_something (statement), ==, cases[i].does_something);
    }
}

static void
test_keywords (void)
{
  const char *const *keywords = rebound_statement_keywords ();
  guint n_keywords = 0;

  g_test_summary ("The keywords are those of the grammar");
  while (keywords[n_keywords] != NULL)
    n_keywords++;
  g_assert_cmpuint (n_keywords, ==, 14);
  for (guint i = 1; i < n_keywords; i++)
    g_assert_cmpstr (keywords[i - 1], <, keywords[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/statement/good", test_good);
  g_test_add_func ("/statement/source", test_source);
  g_test_add_func ("/statement/source-of-inner", test_source_of_inner);
  g_test_add_func ("/statement/mistakes", test_mistakes);
  g_test_add_func ("/statement/growth", test_growth);
  g_test_add_func ("/statement/does-something", test_does_something);
  g_test_add_func ("/statement/keywords", test_keywords);
  return g_test_run ();
}
