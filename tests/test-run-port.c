/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `why` in a script. What it says is held against a real bind: for every way in which a port can be
 * held, on each address, it is asked for each address and option, and then somebody binds it. */

#include <string.h>

#include "kernel/kernel-test.h"
#include "net-test.h"
#include "net/rebound-errno.h"

static const char *const addresses[] = { "0.0.0.0", "127.0.0.1", "127.0.0.2", "::", "::1" };

/* What is done to a connection of @gate's, which is of the address and has the option. */
typedef struct
{
  const char *name;
  const char *script;
} Hold;

static const Hold holds[] = {
  { "nobody", "gate.close\n" },
  { "bound", "" },
  { "listening", "gate.listen\n" },
  { "backlog", "gate.listen\nfar.socket family=$family\nfar.connect to=$to\n" },
  { "backlog-closed", "gate.listen\nfar.socket family=$family\nfar.connect to=$to\ngate.close\n" },
  { "established", "" },
  { "close-wait", "far.close\n" },
  { "fin-wait2", "near.close\n" },
  { "time-wait", "near.close\nfar.close\n" },
  { "client-closed-first", "far.close\nnear.close\n" },
  { "reset", "near.set-option option=linger time=0s\nnear.close\n" },
};

/* Those from here on need a connection whose listener is gone. */
#define FIRST_WITH_CONNECTION 5

static gboolean
is_ipv6 (const char *address)
{
  return strchr (address, ':') != NULL;
}

/* The address through which a client reaches one that listens on @address. */
static const char *
reach (const char *address)
{
  return strcmp (address, "::") == 0        ? "[::1]:30000"
         : strcmp (address, "0.0.0.0") == 0 ? "127.0.0.1:30000"
         : is_ipv6 (address)                ? "[::1]:30000"
         : strcmp (address, "127.0.0.2")    ? "127.0.0.1:30000"
                                            : "127.0.0.2:30000";
}

static void
append_setup (GString *script, guint hold, const char *address, gboolean reuse)
{
  g_string_append_printf (script,
                          "let family=%s\nlet to=%s\n"
                          "peer socket gate\npeer socket far\npeer socket near\nlaunch\n"
                          "gate.socket family=$family\n"
                          "gate.set-option option=reuse-address on=%s\n"
                          "gate.bind port=30000 address=%s\n",
                          is_ipv6 (address) ? "ipv6" : "ipv4", reach (address),
                          reuse ? "yes" : "no", address);
  if (hold >= FIRST_WITH_CONNECTION)
    g_string_append (script, "gate.listen\nfar.socket family=$family\nfar.connect to=$to\n"
                             "gate.accept into=near\ngate.close\n");
  g_string_append (script, holds[hold].script);
}

/* Asks, and then lets somebody bind; many times over, for who has bound and closed leaves nothing.
 */
static void
append_questions (GString *script)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS (addresses); i++)
    {
      const char *address = addresses[i / 2];
      const char *reuse = i % 2 == 0 ? "no" : "yes";

      g_string_append_printf (script,
                              "why 30000 address=%s reuse-address=%s\n"
                              "listener new-%u port=30000 address=%s reuse-address=%s\n"
                              "new-%u.open\nnew-%u.close\n",
                              address, reuse, i, address, reuse, i, i);
    }
}

static const char *
read_field (ReboundEvent *event, const char *name)
{
  for (guint i = 0; i < rebound_event_get_n_fields (event); i++)
    if (strcmp (rebound_event_get_field_name (event, i), name) == 0)
      return g_value_get_string (rebound_event_get_field_value (event, i));
  return NULL;
}

typedef struct
{
  gboolean is_free;
  guint n_blamed; /* the sockets that are in the way, as the last answer has it */
  guint n_held;   /* answers against binds */
} Answer;

static void
hold_against (Answer *answer, ReboundEvent *event)
{
  const char *kind = rebound_event_get_kind (event);

  if (strcmp (kind, "why-port") == 0)
    {
      answer->is_free = g_value_get_boolean (rebound_event_get_field_value (event, 3));
      answer->n_blamed = 0;
    }
  else if (strcmp (kind, "why-holder") == 0)
    {
      /* A run knows all of its sockets. */
      g_assert_cmpstr (read_field (event, "in-the-way"), !=, "?");
      g_assert_cmpstr (read_field (event, "reuse-address"), !=, "?");
      answer->n_blamed += strcmp (read_field (event, "in-the-way"), "yes") == 0;
    }
  else if (strcmp (kind, "bind-failed") == 0 || strcmp (kind, "listening") == 0)
    {
      g_assert_cmpint (answer->is_free, ==, strcmp (kind, "listening") == 0);
      g_assert_cmpint (answer->n_blamed == 0, ==, answer->is_free);
      answer->n_held++;
    }
}

static guint
hold_answers_against_binds (NetTest *test)
{
  GPtrArray *events = recording_sink_get_events (test->sink);
  Answer answer = { 0 };

  for (guint i = 0; i < events->len; i++)
    hold_against (&answer, events->pdata[i]);
  return answer.n_held;
}

static void
test_hold (gconstpointer data)
{
  guint hold = GPOINTER_TO_UINT (data);

  for (guint i = 0; i < 2 * G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (GString) script = g_string_new (NULL);
      g_autoptr (NetTest) test = NULL;

      append_setup (script, hold, addresses[i / 2], i % 2 != 0);
      append_questions (script);
      test = net_test_new (script->str);
      net_test_play (test);
      g_assert_cmpuint (hold_answers_against_binds (test), ==, 2 * G_N_ELEMENTS (addresses));
    }
}

/* -- in words -- */

typedef struct
{
  const char *name;
  const char *script;
  const char *answers; /* without the tables' heads and the rules, blanks as one */
} Story;

#define NEXT_TIME                                                                                  \
  " next time reuse-address=yes from the first generation on, for what remains has the option of " \
  "the listener that accepted it (generation 1 of web was bound without); or leave nothing: "
#define BOTH_WAYS                                                                                  \
  "the client closes first (close-order=client-first), and what is open when the listener closes " \
  "is aborted (connection-policy=abort)"

static const Story stories[] = {
  { "time-wait",
    "listener web port=30000 reuse-address=no on-accept=close\n"
    "launch\n"
    "client phone connect=web count=1 retry-every=1s\n"
    "web.close\n"
    "why web\n"
    "why web reuse-address=yes\n"
    "after 59s why 30000\n"
    "after 1s why web\n",
    "port 30000 is taken on 0.0.0.0: 1 connection of web in TIME_WAIT, which nobody has open and "
    "the kernel keeps for another 60.0 s\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 no yes web, generation 1, line 3; web closed first, line 3; "
    "1min left\n"
    "fix: wait 1min;" NEXT_TIME BOTH_WAYS "\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of web in TIME_WAIT, which nobody has open and "
    "the kernel keeps for another 60.0 s\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 no yes web, generation 1, line 3; web closed first, line 3; "
    "1min left\n"
    "fix: wait 1min;" NEXT_TIME BOTH_WAYS "\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of web in TIME_WAIT, which nobody has open and "
    "the kernel keeps for another 1.0 s\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 no yes web, generation 1, line 3; web closed first, line 3; "
    "1s left\n"
    "fix: wait 1s;" NEXT_TIME BOTH_WAYS "\n"
    "port 30000 is free on 0.0.0.0\n" },
  { "option",
    "listener web port=30000 on-accept=close\n"
    "launch\n"
    "client phone connect=web count=1 retry-every=1s\n"
    "web.close\n"
    "why 30000\n"
    "why web\n"
    "why web reuse-address=no\n"
    "why web address=127.0.0.2 reuse-address=no\n",
    "port 30000 is taken on 0.0.0.0: 1 connection of web in TIME_WAIT, which nobody has open and "
    "the kernel keeps for another 60.0 s; with SO_REUSEADDR it is free\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 yes yes web, generation 1, line 3; web closed first, line "
    "3; 1min left\n"
    "fix: bind it with reuse-address=yes\n"
    "port 30000 is free on 0.0.0.0 with SO_REUSEADDR, and without it is not\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 yes no web, generation 1, line 3; web closed first, line 3; "
    "1min left\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of web in TIME_WAIT, which nobody has open and "
    "the kernel keeps for another 60.0 s; with SO_REUSEADDR it is free\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 yes yes web, generation 1, line 3; web closed first, line "
    "3; 1min left\n"
    "fix: set web reuse-address=yes\n"
    "port 30000 is free on 127.0.0.2\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 yes no web, generation 1, line 3; web closed first, line 3; "
    "1min left\n" },
  { "another-application",
    "application mail\n"
    "in mail listener imap port=30000 on-accept=keep background-policy=keep\n"
    "listener web port=30000\n"
    "launch mail\n"
    "launch\n"
    "client one connect=imap count=1 retry-every=1s\n"
    "client two connect=imap count=1 retry-every=1s\n"
    "why web\n",
    "port 30000 is taken on 0.0.0.0: imap listens on 0.0.0.0:30000\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* yes yes imap, generation 1, line 4; 2 of 128 wait\n"
    "ESTABLISHED 127.0.0.1:30000 one#1 yes no backlog of imap, line 6; and 1 more like it\n"
    "fix: imap.close (in its backlog one#1, two#1 wait, and would be reset); or take another "
    "port\n" },
  { "reclaimed",
    "listener web port=30000 on-accept=keep backlog=5 background-policy=keep reuse-address=no\n"
    "set device profile=ios-13 reclaim=never\n"
    "launch\n"
    "client phone connect=web count=1 retry-every=1s\n"
    "home\n"
    "why web\n"
    "reclaim-sockets\n"
    "why web\n"
    "why web reuse-address=yes\n",
    "port 30000 is taken on 0.0.0.0: web listens on 0.0.0.0:30000\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* no yes web, generation 1, line 3\n"
    "ESTABLISHED 127.0.0.1:30000 phone#1 yes yes web, generation 1, line 4\n"
    "fix: web has it itself: web.close before it is opened anew\n"
    "port 30000 is taken on 0.0.0.0: web has bound 0.0.0.0:30000, and does not listen\n"
    "BOUND 0.0.0.0:30000 0.0.0.0:* no yes web, generation 1, line 3\n"
    "fix: web has it itself: web.close before it is opened anew\n"
    "port 30000 is taken on 0.0.0.0: web has bound 0.0.0.0:30000, and does not listen\n"
    "BOUND 0.0.0.0:30000 0.0.0.0:* no yes web, generation 1, line 3\n"
    "fix: web has it itself: web.close before it is opened anew\n" },
  /* Who is hardest to get rid of comes first, on every kernel. */
  { "taken-away",
    "listener web port=30000 on-accept=keep background-policy=keep reuse-address=no\n"
    "set device profile=ios-5 rebind-rule=both\n"
    "launch\n"
    "client phone connect=web count=1\n"
    "home\n"
    "reclaim-sockets\n"
    "why web\n",
    "port 30000 is taken on 0.0.0.0: web has bound 0.0.0.0:30000, and does not listen\n"
    "BOUND 0.0.0.0:30000 0.0.0.0:* no yes web, generation 1, line 3\n"
    "TIME_WAIT 127.0.0.1:30000 phone#1 no yes web, generation 1, line 4; the system took it away, "
    "line 6; 30s left\n"
    "fix: web has it itself: web.close before it is opened anew\n" },
  { "drawn-port",
    "listener any port=0 on-accept=close\n"
    "launch\n"
    "client phone connect=any count=1 retry-every=1s\n"
    "after 1s why any\n",
    "the port of any is taken on 0.0.0.0: any listens on 0.0.0.0:any\n"
    "LISTEN 0.0.0.0:any 0.0.0.0:* yes yes any, generation 1, line 2\n"
    "TIME_WAIT 127.0.0.1:any phone#1 yes no any, generation 1, line 3; any closed first, line 3; "
    "59s left\n"
    "fix: any has it itself: any.close before it is opened anew\n" },
  { "naive",
    "peer socket gate\n"
    "socket s\n"
    "peer socket t\n"
    "launch\n"
    "gate.socket\n"
    "gate.bind port=30000\n"
    "gate.listen\n"
    "s.socket\n"
    "s.connect to=gate\n"
    "gate.accept into=t\n"
    "gate.close\n"
    "why 30000\n"
    "t.close\n"
    "why 30000\n"
    "s.close\n"
    "why 30000\n"
    "why gate\n",
    "port 30000 is taken on 0.0.0.0: 1 connection in ESTABLISHED, t has it open\n"
    "ESTABLISHED 127.0.0.1:30000 s#1 no yes t, line 10\n"
    "fix: t.set-option option=linger time=0s and t.close; next time set-option "
    "option=reuse-address on the one that listens, for what remains has the option of the listener "
    "that accepted it; or an abort, which leaves nothing: set-option option=linger time=0s before "
    "close\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of t in FIN_WAIT2, which nobody has open and the "
    "kernel keeps for another 60.0 s\n"
    "FIN_WAIT2 127.0.0.1:30000 s#1 no yes t, line 10; t closed first, line 13; 1min left\n"
    "fix: wait 1min; next time set-option option=reuse-address on the one that listens, for what "
    "remains has the option of the listener that accepted it; or an abort, which leaves nothing: "
    "set-option option=linger time=0s before close\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of t in TIME_WAIT, which nobody has open and the "
    "kernel keeps for another 60.0 s\n"
    "TIME_WAIT 127.0.0.1:30000 s#1 no yes t, line 10; t closed first, line 13; 1min left\n"
    "fix: wait 1min; next time set-option option=reuse-address on the one that listens, for what "
    "remains has the option of the listener that accepted it; or an abort, which leaves nothing: "
    "set-option option=linger time=0s before close\n"
    "port 30000 is taken on 0.0.0.0: 1 connection of t in TIME_WAIT, which nobody has open and the "
    "kernel keeps for another 60.0 s\n"
    "TIME_WAIT 127.0.0.1:30000 s#1 no yes t, line 10; t closed first, line 13; 1min left\n"
    "fix: wait 1min; next time set-option option=reuse-address on the one that listens, for what "
    "remains has the option of the listener that accepted it; or an abort, which leaves nothing: "
    "set-option option=linger time=0s before close\n" },
  { "cure",
    "listener web port=30000 reuse-address=no on-accept=keep connection-policy=keep\n"
    "launch\n"
    "client phone connect=web count=1 retry-every=1s\n"
    "web.close\n"
    "why web\n"
    "web.close-connections way=abort\n"
    "why web\n",
    "port 30000 is taken on 0.0.0.0: 1 connection in ESTABLISHED, web has it open\n"
    "ESTABLISHED 127.0.0.1:30000 phone#1 no yes web, generation 1, line 3\n"
    "fix: web.close-connections way=abort;" NEXT_TIME
    "what is open when the listener closes is aborted (connection-policy=abort)\n"
    "port 30000 is free on 0.0.0.0\n" },
  { "reuse-port",
    "listener web port=30000 reuse-port=yes on-accept=keep background-policy=keep\n"
    "listener new port=30000 reuse-port=yes reuse-address=no\n"
    "launch\n"
    "why new\n"
    "why 30000\n"
    "set new reuse-port=no\n"
    "why new\n",
    "port 30000 is free on 0.0.0.0 with SO_REUSEPORT\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* yes no web, generation 1, line 3\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* no no new, generation 1, line 3\n"
    "port 30000 is taken on 0.0.0.0: web listens on 0.0.0.0:30000\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* yes yes web, generation 1, line 3\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* no yes new, generation 1, line 3\n"
    "fix: web.close; or take another port\n"
    "port 30000 is taken on 0.0.0.0: web listens on 0.0.0.0:30000\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* yes yes web, generation 1, line 3\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* no yes new, generation 1, line 3\n"
    "fix: web.close; or take another port\n" },
  { "http-server", "peer http-server web port=30000\nwhy web\n",
    "port 30000 is taken on 0.0.0.0: web listens on 0.0.0.0:30000\n"
    "LISTEN 0.0.0.0:30000 0.0.0.0:* yes yes web, line 1\n"
    "fix: web keeps it; take another port\n" },
};

static gboolean
is_told (const char *kind)
{
  return g_str_has_prefix (kind, "why-") && strcmp (kind, "why-holders") != 0
         && strcmp (kind, "why-rule") != 0;
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (NetTest) test = net_test_new (story->script);
  g_autoptr (GString) answers = g_string_new (NULL);
  GPtrArray *events = recording_sink_get_events (test->sink);

  net_test_play (test);
  for (guint i = 0; i < events->len; i++)
    {
      ReboundEvent *event = events->pdata[i];

      if (is_told (rebound_event_get_kind (event)))
        g_string_append_printf (answers, "%s\n", rebound_event_get_text (event));
    }
  while (g_string_replace (answers, "  ", " ", 0) > 0)
    ;
  g_assert_cmpstr (answers->str, ==, story->answers);
}

/* -- as a statement -- */

static void
test_changes_nothing (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("listener web port=30000 on-accept=keep\nlaunch\n"
                      "client phone connect=web count=1\nwhy web\nwhy 1\nwait phone.connected\n"
                      "expect kernel.port-free == no\nexpect kernel.port-fix == "
                      "\"take a port from 1024 up, or have CAP_NET_BIND_SERVICE (systemd: "
                      "AmbientCapabilities=), or lower net.ipv4.ip_unprivileged_port_start\"\n"
                      "web.close\nphone.hang-up\nwhy web\nexpect kernel.port-free == yes\n"
                      "expect kernel.port-verdict ~ \"* is free on 0.0.0.0*\"\n"
                      "expect kernel.port-fix == \"\"\n");

  g_test_summary ("a wait looks back over it, and what it found can be expected on");
  net_test_play (test);
}

static void
test_somebody_else (void)
{
  g_autoptr (NetTest) test
      = net_test_new ("why 30000\nexpect kernel.port-free == no\n"
                      "expect kernel.port-fix == \"it is none of the run's sockets; "
                      "take another port\"\n");
  int fd = raw_socket (AF_INET);
  g_autoptr (GArray) seen = NULL;

  g_test_summary (
      "a socket of somebody else's is no less in the way; where the kernel tells of one "
      "that is bound and does not listen (6.8), it has a row");
  assert_errno (-raw_try_bind (fd, AF_INET, 30000), 0);
  seen = rebound_socket_diag_dump (kernel_test_diag (), AF_INET, 30000, 1 << 13, NULL);
  net_test_play (test);
  g_assert_cmpuint (recording_sink_count (test->sink, "kernel", "why-holder"), ==, seen->len);
  raw_close (fd);
}

typedef struct
{
  const char *script;
  const char *message;
} Refusal;

static const Refusal refusals[] = {
  { "listener web port=30000\nwhy web\n",
    "test.life:2:1: “web” has not come to life yet; expected a launch before, or the port's "
    "number" },
  { "peer listener web port=0\nweb.close\nwhy web\n",
    "test.life:3:1: “web” has no port now; expected one that has, or the port's number" },
  { "peer listener web port=30000\nwhy wbe\n",
    "test.life:2:5: of: nothing is called “wbe”; expected the name of an http-server or a "
    "listener or a socket or a port from 1 to 65535; did you mean “web”?" },
  { "peer listener web\nclient phone connect=web\nwhy phone\n",
    "test.life:3:5: of: “phone” is none that can be meant; expected the name of an http-server or "
    "a "
    "listener or a socket or a port from 1 to 65535" },
  { "why 65536\n", "test.life:1:5: of: nothing is called “65536”; expected the name of an "
                   "http-server or a listener or a socket or a port from 1 to 65535" },
  { "why 80 address=here\n",
    "test.life:1:16: address: “here” is none; expected a numeric address such as 0.0.0.0, "
    "127.0.0.1 or ::1" },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (NetTest) test = net_test_new (refusal->script);
  g_autoptr (GError) error = NULL;

  rebound_run_play (test->run, &error);
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, refusal->message);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (holds); i++)
    {
      g_autofree char *path = g_strdup_printf ("/run-port/hold/%s", holds[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_hold);
    }
  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/run-port/story/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  g_test_add_func ("/run-port/changes-nothing", test_changes_nothing);
  g_test_add_func ("/run-port/somebody-else", test_somebody_else);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/run-port/refused/%u", i);

      g_test_add_data_func (path, &refusals[i], test_refused);
    }
  return g_test_run ();
}
