/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Random days of a client of HTTP: what it is asked for, what servers do to it, and what becomes of
 * the phone around it, in any order, and within whatever the client itself tells of. What must hold
 * is in http-walk.c. A third of the seeds goes to each policy.
 *
 * `test-http-seeds --seeds N` plays so many, `--first SEED` begins there; one alone shows its log
 * if it fails. */

#include <signal.h>

#include "descriptors.h"
#include "http-walk.h"
#include "kernel/kernel-test.h"
#include "lifecycle/rebound-member.h"
#include "net/rebound-kernel-probe-private.h"

/* What is played unless it is told otherwise. Meson's suite plays more. */
#define N_SEEDS 500

/* Acts of a day. */
#define MOST_STEPS 18

/* Within what the client tells of, one in so many does something, and so often in a day. */
#define EVENT_EVERY    30
#define EVENTS_AT_MOST 12

/* The longest timeout of a request, and what the kernel keeps a closed connection for. */
#define MOST_SECONDS 60
#define LONG_ENOUGH  "130s"

/* One in so many requests has a body that fills the buffers of both ends. */
#define LARGE_EVERY 40
#define LARGE_BYTES 3000000

static int n_seeds = N_SEEDS;
static int first_seed = 1;
static char *only_policy;

/* What is being played, for whoever has to look into a failure. */
static guint32 seed_now;
static HttpWalk *walk_now;

static gboolean
one_in (HttpWalk *walk, int n)
{
  return g_rand_int_range (walk->rand, 0, n) == 0;
}

#define PICK(walk, array) (array)[g_rand_int_range ((walk)->rand, 0, G_N_ELEMENTS (array))]

/* -- acts -- */

static void
ask (HttpWalk *walk)
{
  static const char *const methods[]
      = { "GET", "GET", "GET", "HEAD", "POST", "POST", "PUT", "DELETE" };
  static const char *const uris[]
      = { "http://one", "http://one", "http://one", "http://two", "http://127.0.0.1:9" };
  const char *method = PICK (walk, methods);
  gboolean has_body = method[0] == 'P' && !one_in (walk, 4);
  gsize body_bytes = one_in (walk, LARGE_EVERY) ? LARGE_BYTES : 5;

  if (http_walk_can_act (walk))
    http_walk_ask (walk, method, PICK (walk, uris), has_body ? body_bytes : 0,
                   g_rand_int_range (walk->rand, 1, MOST_SECONDS) * (gint64) G_USEC_PER_SEC,
                   one_in (walk, 4));
}

static void
act_ask (HttpWalk *walk)
{
  int n = g_rand_int_range (walk->rand, 1, 5);

  for (int i = 0; i < n; i++)
    ask (walk);
}

/* Most of the time servers do what they should. */
static void
act_set_server (HttpWalk *walk)
{
  static const ReboundHttpAnswerKind odd[]
      = { REBOUND_HTTP_ANSWER_KIND_UNTIL_CLOSE,     REBOUND_HTTP_ANSWER_KIND_NONE,
          REBOUND_HTTP_ANSWER_KIND_CLOSE,           REBOUND_HTTP_ANSWER_KIND_RESET,
          REBOUND_HTTP_ANSWER_KIND_HALF_THEN_CLOSE, REBOUND_HTTP_ANSWER_KIND_HALF_THEN_RESET };
  static const gint64 delays_msec[] = { 0, 0, 10, 400, 3000 };
  static const gint64 timeouts_msec[] = { 0, 0, 2000, 7000 };
  static const guint maxima[] = { 0, 0, 0, 1, 3, 8 };
  static const guint closes[] = { 0, 0, 0, 1, 2 };
  static const guint statuses[] = { 200, 200, 404, 503 };
  static const gint64 sizes_bytes[] = { 0, 0, 0, 1, 5000, 300000 };
  ReboundHttpServer *server = walk->servers[g_rand_int_range (walk->rand, 0, HTTP_WALK_N_SERVERS)];
  g_autofree char *body
      = one_in (walk, 6) ? g_strdup ("") : g_strdup_printf ("body %u\n", g_rand_int (walk->rand));

  g_object_set (server, "answer",
                one_in (walk, 2)   ? REBOUND_HTTP_ANSWER_KIND_LENGTH
                : one_in (walk, 2) ? REBOUND_HTTP_ANSWER_KIND_CHUNKED
                                   : PICK (walk, odd),
                "delay", PICK (walk, delays_msec) * 1000, "keep-alive-timeout",
                PICK (walk, timeouts_msec) * 1000, "keep-alive-max", PICK (walk, maxima),
                "keep-alive-header", one_in (walk, 2), "close-after", PICK (walk, closes), "status",
                PICK (walk, statuses), "body", body, "body-size",
                *body != '\0' ? PICK (walk, sizes_bytes) : (gint64) 0, NULL);
  g_string_append_printf (walk->story, "server-answers-%d ", server->answer);
}

static void
act_close_visits (HttpWalk *walk)
{
  rebound_http_server_close_visits (walk->servers[0], !one_in (walk, 3), one_in (walk, 4));
}

/* The server has closed what was idle, and has not heard yet what is on its way there; or it closes
 * when it has heard. */
static void
act_race (HttpWalk *walk)
{
  gboolean has_heard = one_in (walk, 2);

  if (has_heard)
    g_object_set (walk->servers[0], "answer",
                  one_in (walk, 2) ? REBOUND_HTTP_ANSWER_KIND_CLOSE
                                   : REBOUND_HTTP_ANSWER_KIND_RESET,
                  NULL);
  act_ask (walk);
  if (!has_heard)
    rebound_http_server_close_visits (walk->servers[0], TRUE, FALSE);
}

static void
act_cancel (HttpWalk *walk)
{
  HttpErrand *errand;

  if (walk->errands->len == 0)
    return;
  errand = walk->errands->pdata[g_rand_int_range (
      walk->rand, (gint32) (walk->errands->len - MIN (walk->errands->len, 6)),
      (gint32) walk->errands->len)];
  errand->is_cancelled = TRUE;
  g_cancellable_cancel (errand->cancellable);
}

static void
act_clear (HttpWalk *walk)
{
  if (http_walk_can_act (walk))
    rebound_http_client_clear (walk->client);
}

static void
act_note_network_change (HttpWalk *walk)
{
  if (!http_walk_can_act (walk))
    return;
  walk->epoch++;
  rebound_http_client_note_network_change (walk->client);
}

/* What the run does when a handler ends the application; its task would go with the process. */
static void
act_abandon (HttpWalk *walk)
{
  if (one_in (walk, 8) && http_walk_can_act (walk) && walk->client->finishing.task == 0)
    rebound_actor_abandon (REBOUND_ACTOR (walk->client));
}

static void
perform (HttpWalk *walk, const char *word)
{
  if (!rebound_device_perform (rebound_run_get_device (walk->run), word, NULL))
    return;
  g_string_append_printf (walk->story, "<%s> ", word);
  http_walk_look_for_client (walk);
}

/* Words of a life that are not possible now do nothing. */
static void
act_live (HttpWalk *walk)
{
  static const char *const words[]
      = { "home",           "home",          "open",          "open",          "open",
          "lock",           "lock",          "unlock",        "unlock",        "unlock",
          "interrupt",      "end-interrupt", "end-interrupt", "open-other",    "become-active",
          "app-switcher",   "pick-same",     "pick-other",    "resign-active", "enter-background",
          "resume",         "resume",        "wake",          "suspend",       "enter-foreground",
          "memory-warning", "network-down",  "network-up",    "network-up",    "reclaim-sockets" };
  static const char *const ends[] = { "kill", "crash", "terminate", "swipe-kill", "reboot" };

  perform (walk, one_in (walk, 20) ? PICK (walk, ends) : PICK (walk, words));
  if (one_in (walk, 3))
    {
      perform (walk, "unlock");
      perform (walk, one_in (walk, 4) ? "launch background=yes" : "launch");
    }
}

typedef struct
{
  const char *name;
  void (*act) (HttpWalk *walk);
  int share;
} Act;

/* How often each is done, of a hundred. */
static const Act acts[] = {
  { "asks", act_ask, 32 },
  { "races", act_race, 8 },
  { "lives", act_live, 28 },
  { "sets-server", act_set_server, 12 },
  { "closes-visits", act_close_visits, 6 },
  { "cancels", act_cancel, 6 },
  { "clears", act_clear, 4 },
  { "notes-change", act_note_network_change, 4 },
};

/* And within what the client tells of. */
static const Act event_acts[] = {
  { "asks", ask, 45 },
  { "cancels", act_cancel, 15 },
  { "clears", act_clear, 10 },
  { "closes-visits", act_close_visits, 10 },
  { "notes-change", act_note_network_change, 10 },
  { "abandons", act_abandon, 10 },
};

static void
act (HttpWalk *walk, const Act *list)
{
  int chance = g_rand_int_range (walk->rand, 0, 100);

  while (chance >= list->share)
    chance -= (list++)->share;
  g_string_append_printf (walk->story, "%s ", list->name);
  list->act (walk);
}

static void
on_event (HttpWalk *walk)
{
  if (walk->n_left_to_do == 0 || !one_in (walk, EVENT_EVERY))
    return;
  walk->n_left_to_do--;
  g_string_append (walk->story, "{");
  act (walk, event_acts);
  g_string_append (walk->story, "} ");
}

/* -- what the script calls -- */

#define TEST_TYPE_CHANCE (test_chance_get_type ())
G_DECLARE_FINAL_TYPE (TestChance, test_chance, TEST, CHANCE, GObject)

struct _TestChance
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (TestChance, test_chance, G_TYPE_OBJECT)

static GError *
action_begin (TestChance *self, gpointer data)
{
  http_walk_meet_servers (walk_now);
  http_walk_look_for_client (walk_now);
  walk_now->on_event = on_event;
  return NULL;
}

static GError *
action_step (TestChance *self, gpointer data)
{
  http_walk_check (walk_now);
  g_string_append_printf (
      walk_now->story, "\n%.3f: ",
      (double) rebound_clock_get_time_usec (rebound_run_get_clock (walk_now->run)) / 1e6);
  act (walk_now, acts);
  return NULL;
}

/* Somebody looks at the application again, the network is there, and nothing more is begun. */
static GError *
action_recover (TestChance *self, gpointer data)
{
  static const char *const words[] = { "network-up", "unlock", "launch", "open", "become-active" };

  http_walk_check (walk_now);
  walk_now->on_event = NULL;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    perform (walk_now, words[i]);
  g_assert_cmpint (rebound_application_get_state (rebound_run_get_application (walk_now->run)), ==,
                   REBOUND_APPLICATION_STATE_ACTIVE);
  return NULL;
}

static GError *
action_calm (TestChance *self, gpointer data)
{
  http_walk_check (walk_now);
  for (guint i = 0; i < HTTP_WALK_N_SERVERS; i++)
    rebound_http_server_close_visits (walk_now->servers[i], FALSE, FALSE);
  act_clear (walk_now);
  return NULL;
}

static GError *
action_end (TestChance *self, gpointer data)
{
  http_walk_check (walk_now);
  http_walk_check_over (walk_now);
  http_walk_check_nothing_left (walk_now);
  return NULL;
}

static void
test_chance_class_init (TestChanceClass *klass)
{
  rebound_class_install_action (klass, "begin", G_CALLBACK (action_begin), NULL, "begin", NULL);
  rebound_class_install_action (klass, "step", G_CALLBACK (action_step), NULL, "do something",
                                NULL);
  rebound_class_install_action (klass, "recover", G_CALLBACK (action_recover), NULL, "recover",
                                NULL);
  rebound_class_install_action (klass, "calm", G_CALLBACK (action_calm), NULL, "calm down", NULL);
  rebound_class_install_action (klass, "end", G_CALLBACK (action_end), NULL, "look at it", NULL);
}

static void
test_chance_init (TestChance *self)
{
}

/* -- a seed -- */

static void
write_phone (GString *script, GRand *rand)
{
  static const char *const profiles[] = { "linux", "ios-4", "ios-5", "ios-12", "ios-13" };
  static const char *const styles[] = { "fin", "defunct", "destroy" };

  g_string_append_printf (script, "set device profile=%s\nset device reclaim-style=%s\n",
                          profiles[g_rand_int_range (rand, 0, G_N_ELEMENTS (profiles))],
                          styles[g_rand_int_range (rand, 0, G_N_ELEMENTS (styles))]);
}

static void
write_client (GString *script, GRand *rand, const char *policy, guint max_per_host)
{
  static const char *const in_background[] = { "finish", "finish", "fail", "keep" };

  g_string_append_printf (
      script,
      "http-client http policy=%s max-per-host=%u in-background=%s clear-on=%s reuse-for-bodies=%s "
      "continue-from=%s connect-timeout=%ds idle-timeout=%ds\n",
      policy, max_per_host, in_background[g_rand_int_range (rand, 0, G_N_ELEMENTS (in_background))],
      g_rand_boolean (rand) ? "background" : "nothing", g_rand_boolean (rand) ? "yes" : "no",
      g_rand_int_range (rand, 0, 4) == 0 ? "5B" : "0B", g_rand_int_range (rand, 1, 20),
      g_rand_boolean (rand) ? 60 : g_rand_int_range (rand, 1, 20));
}

static char *
write_script (GRand *rand, const char *policy, guint max_per_host)
{
  static const char *const pauses[]
      = { "0s", "0s", "1ms", "10ms", "200ms", "1s", "2.5s", "10s", "70s" };
  GString *script = g_string_new ("# SPDX-License-Identifier: LGPL-2.1-or-later\n# a walk\n");
  int n_steps = g_rand_int_range (rand, 4, MOST_STEPS + 1);

  write_phone (script, rand);
  g_string_append (script, "peer http-server one port=30000\npeer http-server two port=30001\n");
  write_client (script, rand, policy, max_per_host);
  g_string_append (script, "launch\nchance.begin\n");
  for (int i = 0; i < n_steps; i++)
    g_string_append_printf (script, "after %s chance.step\n",
                            pauses[g_rand_int_range (rand, 0, G_N_ELEMENTS (pauses))]);
  g_string_append (script, "chance.recover\nafter " LONG_ENOUGH " chance.calm\nafter " LONG_ENOUGH
                           " chance.end\n");
  return g_string_free (script, FALSE);
}

/* Whoever has to look into it needs the seed, however it ended. */
static void
on_failure (int number)
{
  g_autofree char *log = NULL;

  signal (number, SIG_DFL);
  if (walk_now != NULL && walk_now->sink != NULL)
    log = recording_sink_dup_text (walk_now->sink, RECORDING_ALL_GROUPS);
  if (walk_now != NULL)
    g_printerr ("%s\nseed %u: %s\n", log != NULL ? log : "", seed_now, walk_now->story->str);
  raise (number);
}

static void
play_seed (guint32 seed)
{
  static const char *const policies[] = { "asi", "curl", "rebound" };
  const char *policy = only_policy != NULL ? only_policy : policies[seed % 3];
  g_autoptr (GRand) rand = g_rand_new_with_seed (~seed);
  guint max_per_host = (guint) g_rand_int_range (rand, 1, 5);
  g_autofree char *script = write_script (rand, policy, max_per_host);
  g_autoptr (TestChance) chance = g_object_new (TEST_TYPE_CHANCE, NULL);

  seed_now = seed;
  walk_now = http_walk_new (script, seed, G_OBJECT (chance), n_seeds == 1);
  walk_now->policy = g_str_equal (policy, "asi")    ? REBOUND_HTTP_POLICY_ASI
                     : g_str_equal (policy, "curl") ? REBOUND_HTTP_POLICY_CURL
                                                    : REBOUND_HTTP_POLICY_REBOUND;
  walk_now->max_per_host = max_per_host;
  walk_now->n_left_to_do = EVENTS_AT_MOST;
  http_walk_play (walk_now);
  http_walk_free (walk_now);
  walk_now = NULL;
}

/* What is made once a process: GLib has a thread for tasks, with an eventfd. */
static void
warm_up (void)
{
  g_type_ensure (G_TYPE_TASK);
  rebound_kernel_probe (NULL);
}

static void
test_seeds (void)
{
  guint n_descriptors = 0;

  warm_up ();
  for (int i = 0; i < n_seeds; i++)
    {
      play_seed ((guint32) (first_seed + i));
      if (i == 0)
        n_descriptors = count_descriptors ();
      g_assert_cmpuint (count_descriptors (), ==, n_descriptors);
    }
  if (n_seeds >= N_SEEDS && only_policy == NULL)
    http_walk_assert_all_told ();
  g_test_message ("%d seeds", n_seeds);
}

int
main (int argc, char *argv[])
{
  const GOptionEntry entries[] = {
    { "seeds", 0, 0, G_OPTION_ARG_INT, &n_seeds, "How many to play", "N" },
    { "first", 0, 0, G_OPTION_ARG_INT, &first_seed, "Which to begin with", "SEED" },
    { "policy", 0, 0, G_OPTION_ARG_STRING, &only_policy, "asi, curl or rebound for all", "NAME" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !rebound_net_init (&error))
    g_error ("%s", error->message);
  if (!kernel_test_enter ())
    return g_test_run ();
  signal (SIGABRT, on_failure);
  signal (SIGTRAP, on_failure); /* a critical, or g_error() */
  g_test_add_func ("/http/seeds", test_seeds);
  return g_test_run ();
}
