/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipe and a socketpair have both their ends in one machine, so the kernel knows at each write
 * whether there is anybody to read it: the first one after the reader is gone fails. That is what
 * the naive code of a TCP socket expects, too, and does not get.
 *
 * Nor is there anything between the two ends that could be on its way, so the descriptors are
 * non-blocking and a call that would block is a mistake of the script, as of a naive socket. */

#include "rebound-naive-pair-private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lifecycle/rebound-member.h"
#include "lifecycle/rebound-param-specs.h"
#include "rebound-bytes-private.h"
#include "rebound-errno.h"
#include "rebound-explanation-private.h"
#include "rebound-linux-kernel-private.h"
#include "rebound-lookers-private.h"
#include "rebound-naive-call-private.h"

/* As much as naive code has on its stack, and as much as a pipe can be made to hold by default
 * (/proc/sys/fs/pipe-max-size). */
#define READ_DEFAULT_BYTES (64 * 1024)
#define READ_MAXIMUM_BYTES (1024 * 1024)

typedef struct
{
  ReboundSite *site;
  int fds[REBOUND_NAIVE_PAIR_N_ENDS];
  gint64 result; /* this and the rest: of the last call */
  int error_number;
  char *data;
} ReboundNaivePairPrivate;

struct _ReboundNaivePipe
{
  ReboundNaivePair parent_instance;
};

struct _ReboundNaiveSocketpair
{
  ReboundNaivePair parent_instance;
};

enum
{
  PROP_RESULT = 1,
  PROP_ERRNO,
  PROP_DATA,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];
static guint returned_signal;

static void rebound_naive_pair_actor_init (ReboundActorInterface *iface);

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (ReboundNaivePair,
                                  rebound_naive_pair,
                                  G_TYPE_OBJECT,
                                  G_ADD_PRIVATE (ReboundNaivePair)
                                      G_IMPLEMENT_INTERFACE (REBOUND_TYPE_ACTOR,
                                                             rebound_naive_pair_actor_init))
G_DEFINE_FINAL_TYPE (ReboundNaivePipe, rebound_naive_pipe, REBOUND_TYPE_NAIVE_PAIR)
G_DEFINE_FINAL_TYPE (ReboundNaiveSocketpair, rebound_naive_socketpair, REBOUND_TYPE_NAIVE_PAIR)

static ReboundNaivePairPrivate *
private_of (ReboundNaivePair *self)
{
  return rebound_naive_pair_get_instance_private (self);
}

ReboundSite *
rebound_naive_pair_get_site (ReboundNaivePair *self)
{
  return private_of (self)->site;
}

int
rebound_naive_pair_get_descriptor (ReboundNaivePair *self, ReboundNaivePairEnd end)
{
  return private_of (self)->fds[end];
}

/* -- the calls -- */

/* Keeps what the call returned; to be called before anything else can change errno. */
static void
take_result (ReboundNaivePair *self, gint64 result)
{
  ReboundNaivePairPrivate *private = private_of (self);

  private->error_number = result < 0 ? errno : 0;
  private->result = result;
  rebound_site_note_progress (private->site);
}

static void
tell (ReboundNaivePair *self, const char *call, const char *arguments, const char *detail)
{
  ReboundNaivePairPrivate *private = private_of (self);
  g_autofree char *result = g_strdup_printf ("%" G_GINT64_FORMAT, private->result);
  const char *error
      = private->error_number != 0 ? rebound_errno_name (private->error_number) : NULL;

  g_signal_emit (self, returned_signal, 0, call, arguments, result, error, detail);
}

static GError *
action_open (ReboundNaivePair *self, gpointer data)
{
  ReboundNaivePairPrivate *private = private_of (self);
  ReboundNaivePairClass *klass = REBOUND_NAIVE_PAIR_GET_CLASS (self);
  GError *error = rebound_naive_check_site (private->site, klass->call);

  if (error != NULL)
    return error;
  if (private->fds[REBOUND_NAIVE_PAIR_READER] >= 0 || private->fds[REBOUND_NAIVE_PAIR_WRITER] >= 0)
    return rebound_naive_refuse (klass->call,
                                 "it has a descriptor already; expected both closed before");
  take_result (self, klass->make (private->fds));
  tell (self, klass->call, NULL, NULL);
  return NULL;
}

/* There is no MSG_NOSIGNAL for a pipe. What the signal does is shown by a child. */
static ssize_t
write_without_signal (int fd, const char *text, gsize length_bytes)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };
  struct sigaction before;
  ssize_t written;
  int error_number;

  sigaction (SIGPIPE, &ignore, &before);
  written = write (fd, text, length_bytes);
  error_number = errno;
  sigaction (SIGPIPE, &before, NULL);
  errno = error_number;
  return written;
}

static GError *
action_write (ReboundNaivePair *self, const char *text, gpointer data)
{
  ReboundNaivePairPrivate *private = private_of (self);
  GError *error = rebound_naive_check_site (private->site, "write");
  g_autofree char *arguments = rebound_bytes_dup_excerpt (text);
  gsize length_bytes = strlen (text);
  ssize_t written;

  if (error != NULL)
    return error;
  written = write_without_signal (private->fds[REBOUND_NAIVE_PAIR_WRITER], text, length_bytes);
  if (written < 0 ? errno == EAGAIN : (gsize) written < length_bytes)
    return rebound_naive_would_block ("write", "nobody reads, and no more fits into the buffer; "
                                               "expected a read before it");
  take_result (self, written);
  if (private->error_number == EPIPE)
    rebound_explanation_note_no_reader (rebound_linux_kernel_explanation_of (private->site),
                                        rebound_actor_get_name (REBOUND_ACTOR (self)), "write",
                                        REBOUND_NAIVE_PAIR_GET_CLASS (self)->call, EPIPE);
  tell (self, "write", arguments, NULL);
  return NULL;
}

static GError *
action_read (ReboundNaivePair *self, gint64 size_bytes, gpointer data)
{
  ReboundNaivePairPrivate *private = private_of (self);
  GError *error = rebound_naive_check_site (private->site, "read");
  g_autofree char *buffer = error == NULL ? g_malloc ((gsize) size_bytes) : NULL;
  g_autofree char *detail = NULL;
  ssize_t received;

  if (error != NULL)
    return error;
  received = read (private->fds[REBOUND_NAIVE_PAIR_READER], buffer, (gsize) size_bytes);
  if (received < 0 && errno == EAGAIN)
    return rebound_naive_would_block ("read", "nothing was written; expected a write before it");
  take_result (self, received);
  rebound_naive_set_text (&private->data,
                          rebound_bytes_dup_text (buffer, (gsize) MAX (received, 0)));
  if (received > 0)
    detail = rebound_bytes_dup_excerpt (private->data);
  tell (self, "read", NULL, detail);
  return NULL;
}

static int
close_end (ReboundNaivePair *self, ReboundNaivePairEnd end)
{
  ReboundNaivePairPrivate *private = private_of (self);
  ReboundNaivePairEnd other_end
      = end == REBOUND_NAIVE_PAIR_READER ? REBOUND_NAIVE_PAIR_WRITER : REBOUND_NAIVE_PAIR_READER;
  struct pollfd other = { .fd = private->fds[other_end] };
  ReboundLookers lookers = { 0 };
  int result = close (private->fds[end]);

  private->fds[end] = -1;
  /* It is over when the other end knows, which asks for nothing else. */
  while (other.fd >= 0 && poll (&other, 1, 0) == 0 && rebound_lookers_wait (&lookers))
    ;
  return result;
}

static GError *
action_close (ReboundNaivePair *self, gpointer data)
{
  ReboundNaivePairEnd end = GPOINTER_TO_UINT (data);
  GError *error = rebound_naive_check_site (private_of (self)->site, "close");

  if (error != NULL)
    return error;
  take_result (self, close_end (self, end));
  tell (self, "close", end == REBOUND_NAIVE_PAIR_READER ? "reader" : "writer", NULL);
  return NULL;
}

/* -- its life -- */

static void
come_to_life (ReboundActor *actor, ReboundSite *site)
{
  ReboundNaivePairPrivate *private = private_of (REBOUND_NAIVE_PAIR (actor));

  g_set_object (&private->site, site);
  private->result = 0; /* it may have had another life before */
  private->error_number = 0;
  rebound_naive_set_text (&private->data, g_strdup (""));
}

static void
abandon (ReboundActor *actor)
{
  ReboundNaivePair *self = REBOUND_NAIVE_PAIR (actor);
  ReboundNaivePairPrivate *private = private_of (self);

  for (guint end = 0; end < REBOUND_NAIVE_PAIR_N_ENDS; end++)
    if (private->fds[end] >= 0)
      close_end (self, end);
  g_clear_object (&private->site);
}

static gboolean
owns_descriptor (ReboundActor *actor, int fd)
{
  ReboundNaivePairPrivate *private = private_of (REBOUND_NAIVE_PAIR (actor));

  return fd >= 0
         && (fd == private->fds[REBOUND_NAIVE_PAIR_READER]
             || fd == private->fds[REBOUND_NAIVE_PAIR_WRITER]);
}

static void
rebound_naive_pair_actor_init (ReboundActorInterface *iface)
{
  iface->come_to_life = come_to_life;
  iface->abandon = abandon;
  iface->owns_descriptor = owns_descriptor;
}

/* -- what a script sees -- */

static void
rebound_naive_pair_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  ReboundNaivePairPrivate *private = private_of (REBOUND_NAIVE_PAIR (object));

  switch (id)
    {
    case PROP_RESULT:
      g_value_set_int64 (value, private->result);
      break;
    case PROP_ERRNO:
      g_value_set_string (value, rebound_errno_name (private->error_number));
      break;
    case PROP_DATA:
      g_value_set_string (value, private->data);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rebound_naive_pair_dispose (GObject *object)
{
  abandon (REBOUND_ACTOR (object));
  G_OBJECT_CLASS (rebound_naive_pair_parent_class)->dispose (object);
}

static void
rebound_naive_pair_finalize (GObject *object)
{
  g_free (private_of (REBOUND_NAIVE_PAIR (object))->data);
  G_OBJECT_CLASS (rebound_naive_pair_parent_class)->finalize (object);
}

static void
install_readings (GObjectClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_RESULT] = g_param_spec_int64 ("result", NULL, "what the last call returned", -1,
                                                G_MAXINT64, 0, flags);
  properties[PROP_ERRNO]
      = g_param_spec_string ("errno", NULL,
                             "the errno that the last call failed with, by name, "
                             "or none",
                             NULL, flags);
  properties[PROP_DATA]
      = g_param_spec_string ("data", NULL,
                             "what the last read read; bytes that are no UTF-8 as \\xHH", NULL,
                             flags);
  g_object_class_install_properties (klass, N_PROPS, properties);
}

static void
install_actions (gpointer klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  rebound_class_install_action (klass, "open", G_CALLBACK (action_open), NULL,
                                "get the two descriptors: one that is read from, and one that is "
                                "written to",
                                NULL);
  rebound_class_install_action (
      klass, "write", G_CALLBACK (action_write), NULL,
      "write(), with SIGPIPE ignored: an error of the script where it does not fit, for it would "
      "block",
      g_param_spec_string ("text", NULL, "what is written", "", flags), NULL);
  rebound_class_install_action (
      klass, "read", G_CALLBACK (action_read), NULL,
      "read(): an error of the script where nothing was written, for it would block",
      rebound_param_spec_size ("bytes", NULL, "the size of the buffer", 1, READ_MAXIMUM_BYTES,
                               READ_DEFAULT_BYTES, flags),
      NULL);
  rebound_class_install_action (klass, "close-reader", G_CALLBACK (action_close),
                                GUINT_TO_POINTER (REBOUND_NAIVE_PAIR_READER),
                                "close() the end that is read from", NULL);
  rebound_class_install_action (klass, "close-writer", G_CALLBACK (action_close),
                                GUINT_TO_POINTER (REBOUND_NAIVE_PAIR_WRITER),
                                "close() the end that is written to", NULL);
}

static void
rebound_naive_pair_class_init (ReboundNaivePairClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rebound_naive_pair_get_property;
  object_class->dispose = rebound_naive_pair_dispose;
  object_class->finalize = rebound_naive_pair_finalize;
  install_readings (object_class);
  install_actions (klass);
  returned_signal = rebound_naive_install_returned (klass);
}

static void
rebound_naive_pair_init (ReboundNaivePair *self)
{
  ReboundNaivePairPrivate *private = private_of (self);

  private->fds[REBOUND_NAIVE_PAIR_READER] = -1;
  private->fds[REBOUND_NAIVE_PAIR_WRITER] = -1;
  private->data = g_strdup ("");
}

/* -- the two of them -- */

static int
make_pipe (int fds[REBOUND_NAIVE_PAIR_N_ENDS])
{
  return pipe2 (fds, O_NONBLOCK | O_CLOEXEC);
}

static void
rebound_naive_pipe_class_init (ReboundNaivePipeClass *klass)
{
  klass->parent_class.call = "pipe";
  klass->parent_class.make = make_pipe;
}

static void
rebound_naive_pipe_init (ReboundNaivePipe *self)
{
}

static int
make_socketpair (int fds[REBOUND_NAIVE_PAIR_N_ENDS])
{
  return socketpair (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);
}

static void
rebound_naive_socketpair_class_init (ReboundNaiveSocketpairClass *klass)
{
  klass->parent_class.call = "socketpair";
  klass->parent_class.make = make_socketpair;
}

static void
rebound_naive_socketpair_init (ReboundNaiveSocketpair *self)
{
}
