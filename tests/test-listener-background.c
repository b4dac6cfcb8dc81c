/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* background-policy=serve-then-close: who is being served is served to the end, under a background
 * task. The tasks are this test's (the linker puts them in place of the application's), so that
 * each can be refused, expire, or be looked at; the scripts go into the background word by word,
 * so that nothing but the listener decides how long it is awake. */

#include "kernel/kernel-test.h"
#include "lifecycle/rebound-param-specs.h"
#include "listener-deed.h"
#include "net-test.h"
#include "net/rebound-net-enums.h"
#include "net/rebound-listener-private.h"

#define PORT 30000

/* -- the tasks -- */

static struct
{
  gboolean are_refused;
  guint n_begun;
  guint n_ended;
  guint current; /* 0: none */
  char *name;
  ReboundExpirationFunc expired;
  gpointer user_data;
} tasks;

guint __wrap_rebound_application_begin_task (ReboundApplication *self,
                                             const char *name,
                                             ReboundExpirationFunc expired,
                                             gpointer user_data);
void __wrap_rebound_application_end_task (ReboundApplication *self, guint task);

guint
__wrap_rebound_application_begin_task (ReboundApplication *self,
                                       const char *name,
                                       ReboundExpirationFunc expired,
                                       gpointer user_data)
{
  g_assert_true (REBOUND_IS_APPLICATION (self));
  g_assert_cmpuint (tasks.current, ==, 0);
  if (tasks.are_refused)
    return 0;
  g_free (tasks.name);
  tasks.name = g_strdup (name);
  tasks.expired = expired;
  tasks.user_data = user_data;
  tasks.current = ++tasks.n_begun;
  return tasks.current;
}

void
__wrap_rebound_application_end_task (ReboundApplication *self, guint task)
{
  g_assert_true (REBOUND_IS_APPLICATION (self));
  g_assert_cmpuint (task, !=, 0);
  g_assert_cmpuint (task, ==, tasks.current);
  tasks.n_ended++;
  tasks.current = 0;
}

static void
reset_tasks (void)
{
  g_clear_pointer (&tasks.name, g_free);
  tasks.are_refused = FALSE;
  tasks.n_begun = 0;
  tasks.n_ended = 0;
  tasks.current = 0;
}

/* -- stories -- */

typedef enum
{
  GRANTED,
  REFUSED,
  EXPIRES, /* 10 s after the run has begun */
} Answer;

typedef struct
{
  const char *name;
  Answer answer;
  const char *script;
  const char *actors;
  const char *story;
  guint n_tasks;
} Story;

#define EXPIRATION_USEC (10 * G_USEC_PER_SEC)

#define WEB                "listener web port=30000 background-policy=serve-then-close "
#define PATIENT            WEB "close-order=client-first\n"
#define DOWN               "resign-active\nenter-background\n"
#define UP                 "enter-foreground\nbecome-active\n"
#define PHONE              "client phone connect=web count=1\n"
#define LATE               "client late connect=web count=1 message=hi close-first=yes\n"
#define WEB_LISTENS        "0s web: listens on port 30000 (generation 1)\n"
#define ACCEPTED(who)      "0s web: accepted " who "#1\n"
#define LEFT(time, who)    time " web: " who "#1 ended: the client closed first\n"
#define DROPPED(time, who) time " web: " who "#1 ended: its listener closed\n"
#define SOURCE_GONE(time)  time " web: accept source destroyed (generation 1)\n"
#define CLOSED(time, why)  time " web: closed (generation 1), at " why "\n"
#define SERVES_ON          "0s web: serves on in the background: connections open: 1\n"
#define AGAIN(time)        time " web: listens on port 30000 (generation 2)\n"
#define STILL_LISTENS(time)                                                                        \
  time " web: still listens (generation 1): SO_ACCEPTCONN says that it listens\n"

static const Story stories[] = {
  { "nobody", GRANTED, PATIENT "launch\n" DOWN "expect web.state == closed\n" UP, "web",
    WEB_LISTENS SOURCE_GONE ("0s") CLOSED ("0s", "did-enter-background") AGAIN ("0s"), 0 },
  { "resign-alone", GRANTED,
    PATIENT "launch\n" PHONE "resign-active\nexpect web.state == listening\n"
            "expect web.open-count == 1\nbecome-active\nexpect web.generation == 1\n",
    "web", WEB_LISTENS ACCEPTED ("phone") STILL_LISTENS ("0s"), 0 },
  { "until-the-last-has-gone", GRANTED,
    PATIENT "launch\n" PHONE DOWN "expect web.state == listening\n" LATE
            "expect late.answered\nexpect web.state == listening\nafter 5s phone.hang-up\n"
            "expect web.state == closed\nexpect web.bound-port == 0\n" UP
            "expect web.state == listening\n",
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON ACCEPTED ("late") LEFT ("0s", "late")
        LEFT ("5s", "phone") SOURCE_GONE ("5s") CLOSED ("5s", "the end of its last connection")
            AGAIN ("5s"),
    1 },
  { "wakes-do-not-open-it", GRANTED,
    PATIENT "launch\n" PHONE DOWN "phone.hang-up\nexpect web.state == closed\nsuspend\nresume\n"
            "expect web.state == closed\n",
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON LEFT ("0s", "phone") SOURCE_GONE ("0s")
        CLOSED ("0s", "the end of its last connection"),
    1 },
  { "back-before-that", GRANTED,
    PATIENT "launch\n" PHONE DOWN UP "expect web.generation == 1\nphone.hang-up\n"
            "expect web.state == listening\n" LATE "expect late.answered\n",
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON STILL_LISTENS ("0s") LEFT ("0s", "phone")
        ACCEPTED ("late") LEFT ("0s", "late"),
    1 },
  { "expires", EXPIRES,
    PATIENT "launch\n" PHONE DOWN "after 11s\nexpect web.state == closed\n"
            "expect web.open-count == 0\nexpect phone.closed\n" UP,
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON SOURCE_GONE ("10s") DROPPED ("10s", "phone")
        CLOSED ("10s", "the expiration of its background task") AGAIN ("11s"),
    1 },
  { "refused", REFUSED,
    PATIENT "launch\n" PHONE DOWN "expect web.state == closed\nexpect phone.closed\n" UP, "web",
    WEB_LISTENS ACCEPTED ("phone") SOURCE_GONE ("0s") DROPPED ("0s", "phone")
        CLOSED ("0s", "did-enter-background: there was no background task to be had") AGAIN ("0s"),
    0 },
  { "closed-by-the-script", GRANTED, PATIENT "launch\n" PHONE DOWN "web.close\nphone.hang-up\n",
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON SOURCE_GONE ("0s") DROPPED ("0s", "phone")
        CLOSED ("0s", "the script's word"),
    1 },
  { "who-came-meanwhile-is-served", GRANTED,
    /* The second generation's source is younger than that of the connections, so the end of the
     * last one is seen before who waits. */
    PATIENT "launch\n" PHONE "phone.hang-up\nweb.close\nweb.open\n"
            "client other connect=web count=1\n" DOWN "suspend\nother.hang-up\n" LATE
            "resume\nexpect late.answered\nexpect web.state == closed\n",
    "late",
    "0s late: connected as late#1\n0s late: late#1 was answered: hi\n"
    "0s late: late#1 ended: the client closed first\n",
    1 },
  { "who-waits-is-reason-enough", GRANTED,
    WEB "on-accept=hello\nclient phone connect=web count=1 retry-every=1s\nafter 500ms launch\n"
        "app.work time=1s in=will-resign-active\nhome\nexpect phone.answered\n"
        "expect web.state == closed\n",
    "web",
    "500ms web: listens on port 30000 (generation 1)\n"
    "1.5s web: serves on in the background: connections open: 0\n"
    "1.5s web: accepted phone#1\n"
    "1.5s web: phone#1 ended: the server closed first\n" SOURCE_GONE ("1.5s")
        CLOSED ("1.5s", "the end of its last connection"),
    1 },
  { "the-port-stays", GRANTED,
    "listener web background-policy=serve-then-close close-order=client-first\nlaunch\n"
    "expect web.bound-port == 40000\n" PHONE DOWN "phone.hang-up\nexpect web.state == closed\n" LATE
    "expect late.refused-count == 1\n" UP "expect web.bound-port == 40000\nafter 1s\n"
    "expect late.answered\n",
    "phone", "0s phone: connected as phone#1\n0s phone: phone#1 ended: the client closed first\n",
    1 },
  { "an-error-on-return-is-told", GRANTED,
    WEB "reuse-address=no on-accept=keep\nlaunch\n" PHONE DOWN "web.close\n" UP
        "expect web.state == failed\nexpect web.last-error == EADDRINUSE\n",
    "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON SOURCE_GONE ("0s") DROPPED ("0s", "phone")
        CLOSED ("0s", "the script's word") "0s web: cannot bind port 30000 (generation 2): "
                                           "EADDRINUSE: generation 1 left 1 "
                                           "connection in TIME_WAIT, and neither it nor the new "
                                           "socket has SO_REUSEADDR\n",
    1 },
  { "terminated", GRANTED, PATIENT "launch\n" PHONE DOWN "terminate\n", "web",
    WEB_LISTENS ACCEPTED ("phone") SERVES_ON SOURCE_GONE ("0s") DROPPED ("0s", "phone")
        CLOSED ("0s", "will-terminate"),
    1 },
  { "other-policies-hold-nothing", GRANTED,
    "listener web port=30000 background-policy=keep close-order=client-first\nlaunch\n" PHONE DOWN
    "expect web.state == listening\nexpect web.open-count == 1\n",
    "phone", "0s phone: connected as phone#1\n", 0 },
};

static void
expire (gpointer user_data)
{
  g_assert_cmpuint (tasks.current, !=, 0);
  tasks.expired (user_data, tasks.current, tasks.user_data);
}

static void
test_story (gconstpointer data)
{
  const Story *story = data;
  g_autoptr (NetTest) test = net_test_new (story->script);
  g_autoptr (ReboundTimer) timer
      = rebound_site_new_timer (rebound_run_get_world (test->run), "expiration", expire,
                                rebound_run_get_application (test->run));
  g_autofree char *seen = NULL;

  reset_tasks ();
  tasks.are_refused = story->answer == REFUSED;
  if (story->answer == EXPIRES)
    rebound_timer_arm (timer, EXPIRATION_USEC);
  net_test_play (test);
  seen = net_test_dup_story (test, story->actors);
  g_assert_cmpstr (seen, ==, story->story);
  g_assert_cmpuint (tasks.n_begun, ==, story->n_tasks);
  g_assert_cmpuint (tasks.n_ended, ==, story->n_tasks);
  g_assert_cmpstr (tasks.name, ==, story->n_tasks > 0 ? "web: serving" : NULL);
}

static void
test_killed (void)
{
  g_autoptr (NetTest) test = net_test_new (PATIENT "launch\n" PHONE DOWN "kill\nafter 61s launch\n"
                                                   "expect web.state == listening\n" DOWN
                                                   "expect web.state == closed\n");

  g_test_summary ("a process that is killed ends no task: it goes with the process");
  reset_tasks ();
  net_test_play (test);
  g_assert_cmpuint (tasks.n_begun, ==, 1);
  g_assert_cmpuint (tasks.n_ended, ==, 0);
}

/* -- handlers that interfere -- */

typedef struct
{
  const char *signal;
  ListenerDeed deed;
  ReboundListener *web;
  guint n_done;
} Interference;

static const Interference interferences[] = {
  { "serving-on", CLOSE },
  { "serving-on", KILL },
  { "connection-closed", CLOSE },
  { "connection-closed", REOPEN },
  { "connection-closed", KILL },
  { "closed", REOPEN },
  { "closed", KILL },
  { "source-destroyed", KILL },
  { "accepted", CLOSE },
  { "accepted", KILL },
};

static void
interfere (Interference *self)
{
  ReboundApplication *application = rebound_application_of_site (self->web->site);

  if (rebound_application_get_state (application) != REBOUND_APPLICATION_STATE_BACKGROUND
      || self->n_done++ > 0)
    return;
  if (self->deed == KILL)
    tasks.current = 0; /* with the process */
  listener_deed_do (self->deed, self->web);
}

static void
test_interference (gconstpointer data)
{
  Interference self = *(const Interference *) data;
  g_autoptr (NetTest) test = net_test_new ("launch\n" PHONE DOWN LATE "after 1s phone.hang-up\n"
                                           "after 1s\n");

  g_test_summary ("whatever a handler does, no task is left behind");
  reset_tasks ();
  self.web = g_object_new (REBOUND_TYPE_LISTENER, "port", PORT, "close-order",
                           REBOUND_CLOSE_ORDER_CLIENT_FIRST, "background-policy",
                           REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE, NULL);
  g_signal_connect_swapped (self.web, self.signal, G_CALLBACK (interfere), &self);
  net_test_add (test, "web", self.web);
  net_test_play (test);
  g_assert_cmpuint (self.n_done, >=, 1);
  g_assert_cmpuint (tasks.n_begun, ==, 1);
  g_assert_cmpuint (tasks.current, ==, 0);
}

/* -- without an application -- */

static void
test_plain_program (void)
{
  guint16 port = kernel_test_new_port ();
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (ReboundClock) clock = rebound_clock_new (REBOUND_CLOCK_REAL);
  g_autoptr (ReboundSite) site = rebound_site_new (clock, context);
  g_autoptr (ReboundListener) web
      = g_object_new (REBOUND_TYPE_LISTENER, "port", (guint) port, "close-order",
                      REBOUND_CLOSE_ORDER_CLIENT_FIRST, "background-policy",
                      REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE, NULL);
  ReboundActor *actor = REBOUND_ACTOR (web);
  int phone;

  g_test_summary ("a program that tells it of callbacks and has no tasks to give: it closes");
  rebound_actor_come_to_life (actor, site);
  phone = raw_connect (AF_INET, port, 0);
  while (web->connections.length == 0)
    g_main_context_iteration (context, TRUE);
  rebound_actor_tell (actor, REBOUND_CALLBACK_DID_ENTER_BACKGROUND);
  g_assert_cmpint (web->state, ==, REBOUND_LISTENER_STATE_CLOSED);
  rebound_actor_tell (actor, REBOUND_CALLBACK_DID_BECOME_ACTIVE);
  g_assert_cmpint (web->state, ==, REBOUND_LISTENER_STATE_LISTENING);
  rebound_actor_abandon (actor);
  raw_close (phone);
}

static void
test_flag (void)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (REBOUND_TYPE_LISTENER);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), "background-policy");
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary ("the checker can see which policy may keep the application awake");
  g_value_init (&value, REBOUND_TYPE_BACKGROUND_POLICY);
  for (gint i = 0; i <= REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE; i++)
    {
      g_value_set_enum (&value, i);
      g_assert_cmpint (rebound_param_spec_is_holding (pspec, &value), ==,
                       i == REBOUND_BACKGROUND_POLICY_SERVE_THEN_CLOSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (stories); i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener-background/%s", stories[i].name);

      g_test_add_data_func (path, &stories[i], test_story);
    }
  for (guint i = 0; i < G_N_ELEMENTS (interferences); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/listener-background/interference/%s/%s", interferences[i].signal,
                             listener_deed_get_name (interferences[i].deed));

      g_test_add_data_func (path, &interferences[i], test_interference);
    }
  g_test_add_func ("/listener-background/killed", test_killed);
  g_test_add_func ("/listener-background/plain-program", test_plain_program);
  g_test_add_func ("/listener-background/flag", test_flag);
  return g_test_run ();
}
