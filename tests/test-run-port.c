/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `why` in a script. What it says is held against a real bind: for every way in which a port can be
 * held, on each address, it is asked for each address and option, and then somebody binds it. */

#include <string.h>

#include "kernel/kernel-test.h"
#include "net-test.h"

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
  return g_test_run ();
}
