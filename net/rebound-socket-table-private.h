/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "lifecycle/rebound-site.h"
#include "rebound-port-names-private.h"
#include "rebound-socket-diag-private.h"

G_BEGIN_DECLS

/* The TCP sockets of a run, from their first system call to the end of their TIME_WAIT: whose they
 * are, what they are called, and what state the kernel had them in when it was last looked. A
 * socket outlives its descriptor here, as it does in the kernel. */
typedef struct _ReboundSocketTable ReboundSocketTable;
typedef struct _ReboundSocket ReboundSocket;
typedef struct _ReboundHistory ReboundHistory;
typedef struct _ReboundExplanation ReboundExplanation;

/* Which end of a connection ended it first, as one end sees it. */
typedef enum
{
  REBOUND_FIRST_END_NOBODY, /* nobody has yet, or it was not seen */
  REBOUND_FIRST_END_OURS,
  REBOUND_FIRST_END_PEER,
  REBOUND_FIRST_END_SYSTEM,       /* this end was taken away from its application */
  REBOUND_FIRST_END_PEERS_SYSTEM, /* the other end was */
  REBOUND_FIRST_END_BOTH,         /* each without knowing of the other: a simultaneous close */
} ReboundFirstEnd;

/* How it was ended by whoever was first. */
typedef struct
{
  const char *place;  /* the statement then, as made_at */
  gboolean is_reset;  /* by a RST: an abort, or a close with input unread */
  guint unread_bytes; /* the input that made a reset of a close; 0 where it was an abort */
} ReboundEnding;

struct _ReboundSocket
{
  ReboundSite *site;   /* where whose socket it is lives: the world's or an application's */
  const char *end;     /* the actor whose socket it is; interned */
  char *connection;    /* "phone#1", of a listener the actor's name */
  int fd;              /* -1 once it is closed */
  guint process;       /* of the site, when it came */
  guint generation;    /* of the listener that it comes from, or 0 */
  const char *made_at; /* the statement that made it, or caused it: "12", of a file that the
                          script includes "common.life:12"; interned, NULL without a script */
  ReboundFirstEnd first_end;
  ReboundEnding ending;    /* where first_end is known */
  ReboundHistory *history; /* of the connection that it is an end of, or NULL */
  guint history_side;      /* which end of it that is */
  const char *why;         /* of a listener: what makes it close; interned, may be NULL */
  gboolean has_lost_port;  /* of a listener: it was taken away, and nobody is listened to */
  gboolean reuse_address;  /* it has SO_REUSEADDR */
  gboolean reuse_port;     /* it had SO_REUSEPORT when it came */
  gboolean v6only;         /* and IPV6_V6ONLY */
  gboolean is_listener;
  gboolean is_adopted;   /* its descriptor is somebody else's: always looked at by cookie */
  int adopted_fd;        /* that descriptor, as long as it has the socket's cookie */
  int kept_fd;           /* what is kept of a socket that was closed without a link, or of a
                            listener that was silenced; or -1 */
  gboolean is_shared;    /* its owner goes on with it under another descriptor */
  int silence_errno;     /* why a listener could not be silenced */
  gboolean is_reclaimed; /* the system has taken it away, though it may not show */
  gboolean was_left;     /* by its other end, before it was taken away */
  guint16 local_port;    /* host byte order; of a listener where it was bound */

  /* The table's own. */
  guint64 serial;
  ReboundTuple tuple; /* as inet_diag has it */
  ReboundTuple key;   /* in the table: IPv4 where it is IPv4 within IPv6, as the other end has it */
  guint64 cookie;
  guint8 state;     /* TCP_* when last observed, and told of */
  guint8 state_now; /* TCP_* as destroy_remainder() found it */
  gboolean is_touched;
  gboolean was_cut_off;  /* the link came up, and what it could not send is the kernel's to send */
  gboolean is_resumed;   /* it has sent again what it could not while the link was down */
  gboolean has_unacked;  /* as it was last looked at through its descriptor */
  gboolean is_held_back; /* its FIN waits behind what the other end has no room for */
  gboolean is_gone;      /* the kernel had nothing left of it when it was closed */
  gboolean is_forgotten;
  GList link;           /* in the table's queue */
  gboolean is_pairable; /* it has a tuple and a cookie */
  ReboundTimer *expiry; /* TIME_WAIT, or FIN_WAIT2 without an owner */
  gint64 expires_usec;  /* where there is one */
  ReboundSocketTable *table;
};

/* What the table tells of. */
typedef struct
{
  void (*state_changed) (ReboundSocket *socket, guint8 from, guint8 to, gpointer user_data);
  void (*expired) (ReboundSocket *socket, gpointer user_data);
  gpointer user_data;
} ReboundSocketTableListener;

ReboundSocketTable *rebound_socket_table_new (ReboundSocketDiag *diag,
                                              gboolean brings_timers_along,
                                              const ReboundSocketTableListener *listener);
void rebound_socket_table_free (ReboundSocketTable *self);

/* Where the timers of remainders are: the world's site, for the length of a run. At its end what
 * remains of its sockets is destroyed, so that the next run meets nothing of it. */
void rebound_socket_table_start (ReboundSocketTable *self, ReboundSite *world);
void rebound_socket_table_stop (ReboundSocketTable *self);

/* Who is to be told what the sockets' histories come to; NULL where nobody is. */
void rebound_socket_table_set_explanation (ReboundSocketTable *self,
                                           ReboundExplanation *explanation);

/* A statement begins: sockets that come from now on are its doing. Interned; see made_at. */
void rebound_socket_table_set_statement (ReboundSocketTable *self, const char *place);
void rebound_socket_table_set_time_wait (ReboundSocketTable *self, gint64 time_wait_usec);
void rebound_socket_table_set_fin_timeout (ReboundSocketTable *self, gint64 fin_timeout_usec);

/* The link goes down: nothing is on its way until it is up again. Then, in virtual time, every
 * socket sends at once what it could not send, in the order in which they came, and time waits
 * until that has been acknowledged. To be called when the link has changed. */
void rebound_socket_table_set_link_up (ReboundSocketTable *self, gboolean is_up);

/* A listening (or at least bound) socket of @end. */
ReboundSocket *rebound_socket_table_add_listener (ReboundSocketTable *self,
                                                  ReboundSite *site,
                                                  const char *end,
                                                  int fd,
                                                  guint generation,
                                                  gboolean reuse_address);

/* One end of a connection whose two addresses are known: connected, accepted, or on its way. */
ReboundSocket *rebound_socket_table_add_connection (ReboundSocketTable *self,
                                                    ReboundSite *site,
                                                    const char *end,
                                                    const char *connection,
                                                    int fd,
                                                    guint generation,
                                                    gboolean reuse_address);

/* A socket whose descriptor its owner closes without a word: it is looked at by its cookie at every
 * settled instant. */
void rebound_socket_table_adopt (ReboundSocketTable *self,
                                 ReboundSite *site,
                                 const char *end,
                                 const char *connection,
                                 int fd);

/* Whether the run's time is virtual. */
gboolean rebound_socket_table_is_virtual (ReboundSocketTable *self);

/* The run's socket at the other end of @tuple, or NULL. */
ReboundSocket *rebound_socket_table_find_other (ReboundSocketTable *self,
                                                const ReboundTuple *tuple);

/* The name of the connection whose other end @fd is, or NULL. */
const char *rebound_socket_table_name_of_peer (ReboundSocketTable *self, int fd);

/* Something was done to the socket; it and its other end (of a listener: all who may be in its
 * backlog) are looked at when the instant has settled. */
void rebound_socket_touch (ReboundSocket *socket);

/* Puts a silent listener in the place of a listener (see rebound-silent-listener-private.h), whose
 * descriptor then is as XNU leaves it when the system takes it away; the port is taken until it is
 * closed. FALSE with errno, and it is as it was. */
gboolean rebound_socket_silence (ReboundSocket *socket);

/* Closes the descriptor. The socket is not the caller's any more: the table keeps it as long as the
 * kernel does. */
void rebound_socket_close (ReboundSocket *socket);

/* The same where the descriptor's number has been given to another socket, and this one is closed
 * by that. */
void rebound_socket_let_go (ReboundSocket *socket);

/* The same for a descriptor that may have no socket in a table: closes @fd if it is open, and
 * clears both. */
void rebound_socket_close_descriptor (ReboundSocket **socket, int *fd);

/* Destroys what the kernel has left of a closed socket, whose state_now it had then. FALSE if there
 * is nothing, or somebody has it open. */
gboolean rebound_socket_destroy_remainder (ReboundSocket *socket);

/* Looks at what was touched. FALSE, with what it is (transfer full), while something is on its way
 * that needs the kernel's own clock. */
gboolean rebound_socket_table_observe (ReboundSocketTable *self, char **waits_for);

/* Which socket has been touched since that look, in words; NULL where none has. Adopted ones are
 * looked at in any case. (transfer full) */
char *rebound_socket_table_find_unsettled (ReboundSocketTable *self);

/* Every socket of @site (NULL: of the run) in the order in which they came, closed ones too.
 * (transfer full): a reference each, so handlers of what is told of one may close others */
GPtrArray *rebound_socket_table_list_site (ReboundSocketTable *self, ReboundSite *site);

/* What the ports of the run's sockets are called. (transfer none) */
ReboundPortNames *rebound_socket_table_get_names (ReboundSocketTable *self);

/* A connection has come about: whoever has connected says so, and whoever has accepted @socket (may
 * be NULL), which counts where the other end is none of the run's. */
void rebound_socket_table_note_connected (ReboundSocketTable *self);
void rebound_socket_table_note_accepted (ReboundSocketTable *self, ReboundSocket *socket);
guint rebound_socket_table_count_connections (ReboundSocketTable *self);

/* How many are in TIME_WAIT. */
guint rebound_socket_table_count_time_wait (ReboundSocketTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundSocketTable, rebound_socket_table_free)

G_END_DECLS
