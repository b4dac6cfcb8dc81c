/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "rebound-linux-kernel-private.h"
#include "rebound-naive-call-private.h"
#include "rebound-naive-socket.h"
#include "rebound-poll-private.h"

G_BEGIN_DECLS

/* The naive socket is one class in four files: rebound-naive-socket.c is how it comes and goes,
 * rebound-naive-socket-talk.c what goes over it, rebound-naive-socket-bulk.c what takes its time to
 * go over it, rebound-naive-socket-class.c what a script sees of it. */
struct _ReboundNaiveSocket
{
  GObject parent_instance;

  ReboundSite *site; /* NULL before and after its life */
  int fd;
  sa_family_t family;
  guint number; /* of socket(): what the connection is called, "naive#2" */
  gboolean is_bound;
  gboolean is_reusing;   /* it has SO_REUSEADDR */
  gboolean is_lingering; /* it has SO_LINGER with a time */
  ReboundSocket *socket;
  const char *waiting_call; /* the one that has not returned yet, or NULL; and what it waits for */
  const char *waiting_for;
  ReboundWatch *watch;   /* of that call; NULL while it rests */
  char *connecting_name; /* where connect() goes, as the script called it */
  struct sockaddr_storage connecting_to;
  socklen_t connecting_length;
  char *address; /* the last one that it was bound to, and its port */
  guint16 port;
  const char *last_state; /* what is read after its life */
  char *bulk;             /* of a send() that has not returned yet: all of what it was given */
  gsize bulk_bytes;
  gsize bulk_sent_bytes;

  /* Of the present drain. */
  gint64 drained_bytes;
  gsize drain_buffer_bytes;
  gint64 drain_every_usec;   /* 0: as it comes */
  ReboundTimer *drain_timer; /* NULL where it does not rest */

  /* Of the present connection. */
  gint64 sent_bytes;
  gint64 received_bytes;

  /* Of the last call. */
  gint64 result;
  int error_number;
  char *data;
  char *revents;
};

/* One system call each, as actions are: an error is what naive code would hang in, or what no code
 * could do. What the kernel says is told as an event. */
GError *
rebound_naive_socket_open (ReboundNaiveSocket *self, ReboundSocketFamily family, gpointer data);
GError *rebound_naive_socket_bind (ReboundNaiveSocket *self,
                                   guint port,
                                   const char *address,
                                   gpointer data);
GError *rebound_naive_socket_listen (ReboundNaiveSocket *self, int backlog, gpointer data);
GError *rebound_naive_socket_connect (ReboundNaiveSocket *self, const char *to, gpointer data);
GError *rebound_naive_socket_accept (ReboundNaiveSocket *self, const char *into, gpointer data);
GError *rebound_naive_socket_send (ReboundNaiveSocket *self,
                                   const char *text,
                                   gint64 size_bytes,
                                   gpointer data);
GError *rebound_naive_socket_recv (ReboundNaiveSocket *self, gint64 size_bytes, gpointer data);
GError *
rebound_naive_socket_shut_down (ReboundNaiveSocket *self, ReboundShutdownHow how, gpointer data);
GError *rebound_naive_socket_close (ReboundNaiveSocket *self, gpointer data);
GError *rebound_naive_socket_set_option (ReboundNaiveSocket *self,
                                         ReboundSocketOption option,
                                         gboolean on,
                                         gint64 time_usec,
                                         gpointer data);
GError *rebound_naive_socket_poll (ReboundNaiveSocket *self, gpointer data);

/* recv() of @buffer_bytes each until it says 0 or fails, however long that takes. */
GError *rebound_naive_socket_drain (ReboundNaiveSocket *self,
                                    gint64 buffer_bytes,
                                    gint64 every_usec,
                                    gpointer data);

/* send() of @size_bytes at once, which is handed over as the other end reads. */
GError *rebound_naive_socket_send_bulk (ReboundNaiveSocket *self, gsize size_bytes);

/* NULL where the code can run at all, and has not been waiting in a call already. */
GError *rebound_naive_check (ReboundNaiveSocket *self, const char *call);

/* The call has not returned: @func goes on with it when @events are there. FALSE with errno where
 * that cannot be waited for. And it returns now. */
gboolean rebound_naive_begin_waiting (ReboundNaiveSocket *self,
                                      guint32 events,
                                      ReboundWatchFunc func,
                                      const char *call,
                                      const char *waiting_for);
void rebound_naive_end_waiting (ReboundNaiveSocket *self);

/* A call has done something: its state is looked at, and it is no busy loop. */
void rebound_naive_note (ReboundNaiveSocket *self);

/* Keeps what the call returned; to be called before anything else can change errno. */
void rebound_naive_take_result (ReboundNaiveSocket *self, gint64 result);

/* The same of a send or a recv, for whoever will ask why it failed. @call is static. */
void rebound_naive_take_transfer (ReboundNaiveSocket *self, const char *call, gint64 result);

/* The last thing that a call does: whoever is told may end the application. @success is what is
 * shown in place of the result where there is no error; it and @detail may be NULL. */
void rebound_naive_tell (ReboundNaiveSocket *self,
                         const char *call,
                         const char *arguments,
                         const char *success,
                         const char *detail);

/* What its present socket() is called: "naive#2". (transfer full) */
char *rebound_naive_socket_dup_name (ReboundNaiveSocket *self);

/* It has come to be an end of @connection. */
void rebound_naive_socket_enlist (ReboundNaiveSocket *self, const char *connection);

/* The state that the kernel has the descriptor in; "none" without one. (transfer none) */
const char *rebound_naive_socket_get_state (ReboundNaiveSocket *self);

/* @result is what is shown: a number, a name, or what was polled. @detail may be NULL. */
void rebound_naive_socket_emit_returned (ReboundNaiveSocket *self,
                                         const char *call,
                                         const char *arguments,
                                         const char *result,
                                         const char *detail);

void rebound_naive_socket_come_to_life (ReboundActor *actor, ReboundSite *site);
void rebound_naive_socket_abandon (ReboundActor *actor);
char *rebound_naive_socket_dup_waiting_for (ReboundActor *actor);

G_END_DECLS
