/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The HTTP peer by a client that is not ours, in real time: curl understands what it answers, and
 * keeps its connections where it may. */

#include "kernel/kernel-test.h"
#include "net/rebound-http-server.h"

#define URI "http://127.0.0.1:30000/"

typedef struct
{
  const char *name;
  const char *arguments;
  ReboundHttpAnswerKind answer;
  const char *output;
  guint n_connections;
} Visit;

static const Visit visits[] = {
  { "kept", URI " " URI " " URI, REBOUND_HTTP_ANSWER_KIND_LENGTH, "hihihi", 1 },
  { "chunked", URI " " URI, REBOUND_HTTP_ANSWER_KIND_CHUNKED, "hihi", 1 },
  { "until-close", URI " " URI, REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE, "hihi", 2 },
  { "head", "-I -o /dev/null -w %{http_code} " URI, REBOUND_HTTP_ANSWER_KIND_LENGTH, "200", 1 },
  { "continue", "-H Expect:100-continue -d hello -w %{http_code} " URI,
    REBOUND_HTTP_ANSWER_KIND_LENGTH, "hi200", 1 },
};

static ReboundActor *
new_server (ReboundSite *site, ReboundHttpAnswerKind answer)
{
  ReboundActor *server = g_object_new (REBOUND_TYPE_HTTP_SERVER, "port", 30000, "body", "hi",
                                       "answer", answer, NULL);

  rebound_actor_set_name (server, "server");
  rebound_actor_come_to_life (server, site);
  return server;
}

static void
on_output (GObject *process, GAsyncResult *result, gpointer output)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_communicate_utf8_finish (G_SUBPROCESS (process), result, output, NULL, &error);
  g_assert_no_error (error);
}

static void
test_visit (gconstpointer data)
{
  const Visit *visit = data;
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, g_main_context_default ());
  g_autoptr (ReboundActor) server = new_server (site, visit->answer);
  g_autofree char *line = g_strconcat ("curl --silent --noproxy * ", visit->arguments, NULL);
  g_auto (GStrv) arguments = g_strsplit (line, " ", -1);
  g_autoptr (GSubprocess) process
      = g_subprocess_newv ((const char *const *) arguments, G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL);
  g_autofree char *output = NULL;
  guint n_connections;

  g_assert_nonnull (process);
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_output, &output);
  while (output == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (output, ==, visit->output);
  g_object_get (server, "accept-count", &n_connections, NULL);
  g_assert_cmpuint (n_connections, ==, visit->n_connections);
  rebound_actor_abandon (server);
}

int
main (int argc, char *argv[])
{
  g_autofree char *curl = g_find_program_in_path ("curl");

  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();
  for (guint i = 0; i < G_N_ELEMENTS (visits) && curl != NULL; i++)
    {
      g_autofree char *path = g_strconcat ("/http-curl/", visits[i].name, NULL);

      g_test_add_data_func (path, &visits[i], test_visit);
    }
  return g_test_run ();
}
