/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How a listener whose socket was taken away replaces it: which socket there is then, by number and
 * cookie, what is closed when, what happens where a system call fails, and what handlers can do to
 * it in the middle. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "failing-calls.h"
#include "kernel/kernel-test.h"
#include "net/rebound-errno.h"
#include "listener-deed.h"
#include "thief.h"

#define PORT THIEF_PORT

#define WEB             "listener web port=30000 background-policy=keep "
#define LISTENS_AGAIN   "0s web: listens on port 30000 (generation 2)\n"
#define SOURCE_GONE     "0s web: accept source destroyed (generation 1)\n"
#define CLOSED_BY_CHECK "0s web: closed (generation 1), at the check on return\n"
#define DOES_NOT_LISTEN "0s web: does not listen any more (generation 1): "
#define SAYS_NO         "SO_ACCEPTCONN says that it does not listen\n"

/* -- which socket it is -- */

typedef struct
{
  Thief thief;
  guint n_closed;
  gboolean was_listening; /* somebody listened on the port when the old descriptor was closed */
  guint64 new_cookie;
  int new_fd;
} Swap;

static void
on_close (int fd, gpointer user_data)
{
  Swap *self = user_data;

  if (self->thief.cookie == 0 || rebound_socket_cookie (fd) != self->thief.cookie)
    return;
  self->n_closed++;
  self->was_listening = thief_somebody_listens (PORT);
}

static void
on_listening (ReboundListener *web, guint generation, guint port, gpointer user_data)
{
  Swap *self = user_data;

  self->new_fd = web->fd;
  self->new_cookie = rebound_socket_cookie (web->fd);
}

static ReboundListener *
new_kept_listener (const char *property, gint value)
{
  return g_object_new (REBOUND_TYPE_LISTENER, "port", PORT, "background-policy",
                       REBOUND_BACKGROUND_POLICY_KEEP, property, value, NULL);
}

static void
play_swap (Swap *self, NetTest *test, ReboundListener *web)
{
  thief_start (&self->thief, test, SHUT_DOWN);
  self->thief.cookie = 0;
  g_signal_connect (web, "listening", G_CALLBACK (on_listening), self);
  net_test_add (test, "web", web);
  failing_calls_watch_close (on_close, self);
  net_test_play (test);
  failing_calls_clear ();
  g_assert_cmpuint (self->thief.cookie, !=, 0);
  g_assert_cmpuint (self->new_cookie, !=, self->thief.cookie);
}

static void
test_closed_first (void)
{
  g_autoptr (NetTest) test = net_test_new ("launch\nhome\nopen\nexpect web.generation == 2\n");
  Swap swap = { 0 };

  g_test_summary ("the old descriptor is closed once, before the new socket listens");
  play_swap (&swap, test, new_kept_listener ("reopen", REBOUND_REOPEN_CLOSE_FIRST));
  g_assert_cmpuint (swap.n_closed, ==, 1);
  g_assert_false (swap.was_listening);
}

typedef struct
{
  Swap swap;
  GSource *source;
  int epoll_fd;
} Watched;

static int
modify (int epoll_fd, int operation, int fd)
{
  struct epoll_event event = { .events = EPOLLIN };

  return epoll_ctl (epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

static void
on_listening_first (ReboundListener *web, guint generation, guint port, gpointer user_data)
{
  Watched *self = user_data;
  struct epoll_event event = { .events = EPOLLIN };

  if (generation > 1)
    {
      g_assert_true (web->source == self->source);
      g_assert_cmpint (fcntl (web->fd, F_GETFD), ==, FD_CLOEXEC);
      g_assert_cmpint (fcntl (web->fd, F_GETFL) & O_NONBLOCK, ==, O_NONBLOCK);
      g_assert_cmpint (epoll_wait (self->epoll_fd, &event, 1, 0), ==, 0);
      assert_errno (modify (self->epoll_fd, EPOLL_CTL_MOD, web->fd), ENOENT);
      assert_errno (modify (self->epoll_fd, EPOLL_CTL_ADD, web->fd), 0);
      return;
    }
  self->source = web->source;
  g_assert_no_errno (epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, web->fd, &event));
}

/* iSH's reason for its way, and where it ends. */
static void
test_number_goes_on (void)
{
  g_autoptr (NetTest) test = net_test_new ("launch\nhome\nopen\nexpect web.generation == 2\n"
                                           "client late connect=web count=1 message=hi\n"
                                           "expect late.answered\n");
  ReboundListener *web = new_kept_listener ("reopen", REBOUND_REOPEN_DUP2);
  Watched watched = { .epoll_fd = epoll_create1 (EPOLL_CLOEXEC) };

  g_test_summary (
      "dup2: the number stays, and the GSource that polls it goes on; an epoll has lost "
      "the old socket and has never heard of the new one");
  g_signal_connect (web, "listening", G_CALLBACK (on_listening_first), &watched);
  play_swap (&watched.swap, test, web);
  g_assert_cmpint (watched.swap.new_fd, ==, watched.swap.thief.fd);
  g_assert_cmpuint (watched.swap.n_closed, ==, 0); /* dup2 itself has closed it */
  close (watched.epoll_fd);
}

static void
test_same_drawn_port (gconstpointer data)
{
  ReboundReopen reopen = GPOINTER_TO_INT (data);
  g_autoptr (NetTest) test = net_test_new (
      "launch\nexpect web.bound-port == 40000\nhome\nopen\nexpect web.generation == 2\n"
      "expect web.bound-port == 40000\nclient late connect=web count=1 message=hi\n"
      "expect late.answered\n");
  Thief thief;
  ReboundListener *web = g_object_new (REBOUND_TYPE_LISTENER, "background-policy",
                                       REBOUND_BACKGROUND_POLICY_KEEP, "reopen", reopen, NULL);

  g_test_summary ("a port that was drawn is had again by a listener that was found dead");
  thief_start (&thief, test, SHUT_DOWN);
  thief.port = 40000;
  net_test_add (test, "web", web);
  net_test_play (test);
}

/* -- failing system calls -- */

typedef struct
{
  const char *name;
  Theft theft;
  FailingCall call;
  int error_number;
  const char *options;
  const char *state;
  const char *story; /* after the launch */
} Failure;

static const Failure failures[] = {
  { "ask/getsockopt", NOTHING, FAILING_GETSOCKOPT, EBADF, "", "listening",
    DOES_NOT_LISTEN
    "its descriptor cannot be asked: EBADF\n" SOURCE_GONE CLOSED_BY_CHECK LISTENS_AGAIN },
  { "ask/bind", SHUT_DOWN, FAILING_BIND, EACCES, "", "failed",
    DOES_NOT_LISTEN SAYS_NO SOURCE_GONE CLOSED_BY_CHECK
    "0s web: cannot bind port 30000 (generation 2): EACCES\n" },
  { "ask/socket", SHUT_DOWN, FAILING_SOCKET, EMFILE, "", "failed",
    DOES_NOT_LISTEN SAYS_NO SOURCE_GONE CLOSED_BY_CHECK
    "0s web: cannot listen (generation 2): EMFILE\n" },
  { "dial/socket", NOTHING, FAILING_SOCKET, EMFILE, "check-on-return=dial", "listening",
    "0s web: cannot tell whether it still listens (generation 1): EMFILE\n" },
  { "dial/bind", NOTHING, FAILING_BIND, EADDRINUSE, "check-on-return=dial", "listening",
    "0s web: cannot tell whether it still listens (generation 1): EADDRINUSE\n" },
  { "dial/connect", NOTHING, FAILING_CONNECT, ENETUNREACH, "check-on-return=dial", "listening",
    "0s web: cannot tell whether it still listens (generation 1): ENETUNREACH\n" },
  { "dial/refused", NOTHING, FAILING_CONNECT, ECONNREFUSED, "check-on-return=dial", "listening",
    DOES_NOT_LISTEN
    "it cannot be connected to: ECONNREFUSED\n" SOURCE_GONE CLOSED_BY_CHECK LISTENS_AGAIN },
  { "dial/epoll", NOTHING, FAILING_EPOLL_ADD, ENOSPC, "check-on-return=dial", "listening",
    "0s web: cannot tell whether it still listens (generation 1): ENOSPC\n" },
  { "dup2/socket", SHUT_DOWN, FAILING_SOCKET, EMFILE, "reopen=dup2", "dead",
    DOES_NOT_LISTEN SAYS_NO "0s web: cannot listen (generation 2): EMFILE\n" SOURCE_GONE },
  { "dup2/setsockopt", SHUT_DOWN, FAILING_SETSOCKOPT, ENOPROTOOPT, "reopen=dup2", "dead",
    DOES_NOT_LISTEN SAYS_NO "0s web: cannot listen (generation 2): ENOPROTOOPT\n" SOURCE_GONE },
  { "dup2/bind", SHUT_DOWN, FAILING_BIND, EACCES, "reopen=dup2", "dead",
    DOES_NOT_LISTEN SAYS_NO "0s web: cannot bind port 30000 (generation 2): EACCES\n" SOURCE_GONE },
  { "dup2/listen", SHUT_DOWN, FAILING_LISTEN, EADDRINUSE, "reopen=dup2", "dead",
    DOES_NOT_LISTEN SAYS_NO "0s web: cannot listen (generation 2): EADDRINUSE\n" SOURCE_GONE },
  { "dup2/dup3", SHUT_DOWN, FAILING_DUP3, EBUSY, "reopen=dup2", "dead",
    DOES_NOT_LISTEN SAYS_NO "0s web: cannot listen (generation 2): EBUSY\n" SOURCE_GONE },
  { "dup2/dup3-not-asked", SHUT_DOWN, FAILING_DUP3, EBUSY, "reopen=dup2 check-on-return=none",
    "dead",
    "0s web: cannot listen (generation 2): EBUSY\n"
    "0s web: cannot accept: EINVAL; the socket does not listen any more\n" },
};

typedef struct
{
  Thief thief;
  const Failure *failure;
} FailingReturn;

static void
on_foreground (ReboundApplication *application, gpointer user_data)
{
  const Failure *failure = ((FailingReturn *) user_data)->failure;

  failing_calls_plan (failure->call, failure->error_number, 1);
}

static void
test_failure (gconstpointer data)
{
  const Failure *failure = data;
  g_autofree char *script = g_strdup_printf (
      WEB "%s\nlaunch\nclient warm connect=web count=1 message=hi\nwait warm.answered\nhome\n"
          "open\nexpect web.state == %s\n",
      failure->options, failure->state);
  g_autoptr (NetTest) test = net_test_new (script);
  g_autofree char *story = NULL;
  FailingReturn failing = { .failure = failure };

  thief_start (&failing.thief, test, failure->theft);
  g_signal_connect (rebound_run_get_application (test->run), "will-enter-foreground",
                    G_CALLBACK (on_foreground), &failing);
  net_test_play (test);
  failing_calls_clear ();
  story = net_test_dup_story (test, "web");
  g_assert_nonnull (strstr (story, "warm#1 ended"));
  g_assert_cmpstr (strchr (strstr (story, "warm#1 ended"), '\n') + 1, ==, failure->story);
}

/* -- handlers that interfere -- */

typedef struct
{
  const char *signal;
  Theft theft;
  ReboundCheckOnReturn check;
  ReboundReopen reopen;
} Moment;

static const Moment moments[] = {
  { "found-dead", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_CLOSE_FIRST },
  { "found-dead", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_DUP2 },
  { "found-dead", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_DIAL, REBOUND_REOPEN_DUP2 },
  { "closed", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_CLOSE_FIRST },
  { "connection-closed", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_CLOSE_FIRST },
  { "connection-closed", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_DUP2 },
  { "descriptor-replaced", SHUT_DOWN, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_DUP2 },
  { "found-alive", NOTHING, REBOUND_CHECK_ON_RETURN_ASK, REBOUND_REOPEN_CLOSE_FIRST },
  { "found-alive", NOTHING, REBOUND_CHECK_ON_RETURN_DIAL, REBOUND_REOPEN_CLOSE_FIRST },
  { "bind-failed", NOTHING, REBOUND_CHECK_ON_RETURN_NONE, REBOUND_REOPEN_DUP2 },
};

typedef struct
{
  Thief thief;
  ListenerDeed deed;
  ReboundListener *web;
  guint n_done;
} Interference;

static void
interfere (Interference *self)
{
  if (self->n_done++ == 0)
    listener_deed_do (self->deed, self->web);
}

static void
test_interference (gconstpointer data, ListenerDeed deed)
{
  const Moment *moment = data;
  g_autoptr (NetTest) test
      = net_test_new ("client phone connect=web count=1\nlaunch\nwait phone.connected\nhome\nopen\n"
                      "after 30s\n");
  Interference self = { .deed = deed };
  ReboundListenerState state;

  self.web = g_object_new (REBOUND_TYPE_LISTENER, "port", PORT, "background-policy",
                           REBOUND_BACKGROUND_POLICY_KEEP, "on-accept", REBOUND_ON_ACCEPT_KEEP,
                           "check-on-return", moment->check, "reopen", moment->reopen, NULL);
  thief_start (&self.thief, test, moment->theft);
  g_signal_connect_swapped (self.web, moment->signal, G_CALLBACK (interfere), &self);
  net_test_add (test, "web", self.web);
  net_test_play (test);
  g_assert_cmpuint (self.n_done, >=, 1);
  g_object_get (net_test_find (test, "web"), "state", &state, NULL);
  if (deed == REOPEN)
    g_assert_cmpint (state, ==, REBOUND_LISTENER_STATE_LISTENING);
  if (deed != REOPEN)
    g_assert_false (thief_somebody_listens (PORT) && state != REBOUND_LISTENER_STATE_LISTENING);
}

static void
test_close (gconstpointer data)
{
  test_interference (data, CLOSE);
}

static void
test_reopen (gconstpointer data)
{
  test_interference (data, REOPEN);
}

static void
test_kill (gconstpointer data)
{
  test_interference (data, KILL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!kernel_test_enter ())
    return g_test_run ();

  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strdup_printf ("/listener-replace/failing/%s", failures[i].name);

      g_test_add_data_func (path, &failures[i], test_failure);
    }
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      g_autofree char *path
          = g_strdup_printf ("/listener-replace/interference/%u-%s", i, moments[i].signal);
      g_autofree char *close_path = g_strconcat (path, "/close", NULL);
      g_autofree char *reopen_path = g_strconcat (path, "/reopen", NULL);
      g_autofree char *kill_path = g_strconcat (path, "/kill", NULL);

      g_test_add_data_func (close_path, &moments[i], test_close);
      g_test_add_data_func (reopen_path, &moments[i], test_reopen);
      g_test_add_data_func (kill_path, &moments[i], test_kill);
    }
  g_test_add_func ("/listener-replace/closed-first", test_closed_first);
  g_test_add_func ("/listener-replace/number-goes-on", test_number_goes_on);
  g_test_add_data_func ("/listener-replace/same-drawn-port/close-first",
                        GINT_TO_POINTER (REBOUND_REOPEN_CLOSE_FIRST), test_same_drawn_port);
  g_test_add_data_func ("/listener-replace/same-drawn-port/dup2",
                        GINT_TO_POINTER (REBOUND_REOPEN_DUP2), test_same_drawn_port);
  return g_test_run ();
}
