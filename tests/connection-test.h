/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel/kernel-test.h"
#include "net/rebound-connection-private.h"

G_BEGIN_DECLS

#define LARGE_BYTES (1024 * 1024)

/* A ReboundConnection in virtual time, and a peer of plain system calls. */
typedef struct
{
  GMainContext *context;
  ReboundClock *clock;
  ReboundSite *site;
  ReboundConnection *connection; /* NULL where the test uses none */
  int peer_fd;                   /* -1 once it is closed */
  RawIdentity own, peer;
  guint64 delivered_bytes; /* what the peer has read */
  int peer_end;            /* 1: none yet; 0 or an errno */
  GString *story;          /* the signals, but for received */
  char *how;               /* of “ended” */
} Fixture;

/* With a connection, or without. */
void set_up (Fixture *self, gconstpointer data);
void set_up_site (Fixture *self, gconstpointer data);

/* Asserts that nothing but the test holds the connection once it is closed. */
void tear_down (Fixture *self, gconstpointer data);

/* Two ends with small buffers, so that most of a large message stays queued. */
void open_pair (Fixture *self, int *own_fd);

/* Everything that can happen now. Returns whether anything did. */
gboolean settle (Fixture *self);
void pass_time (Fixture *self, gint64 usec);

/* The next bytes of the one stream that every test sends. */
guint8 *new_message (guint64 from, gsize length_bytes);
void give (Fixture *self, gsize length_bytes);

/* The peer reads once, and checks the bytes. FALSE where there is nothing now. */
gboolean peer_read (Fixture *self, gsize length_bytes);

/* The peer reads to its end, while we go on. */
void peer_read_all (Fixture *self);
void peer_close (Fixture *self);

ReboundConnectionFigures get_figures (Fixture *self);
void finish (Fixture *self);

/* It is closed, and each byte that was given is accounted for. */
void assert_accounts (Fixture *self);

G_END_DECLS
