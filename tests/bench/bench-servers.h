/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netinet/in.h>

#include "bench.h"

G_BEGIN_DECLS

/* The same server in several ways, each as a program that uses that library has it: it sends back
 * what comes first on a connection, and closes that; or waits for the client to close. It listens
 * on 127.0.0.1 with SO_REUSEADDR while it is open; its loop is there before that, and stays. */

#define BENCH_SERVER_PORT    30000
#define BENCH_SERVER_BACKLOG 128

/* What a message is at most. */
#define BENCH_MESSAGE_BYTES 64

typedef struct
{
  const char *name;

  /* @n_served counts connections that were answered and closed. */
  gpointer (*new_server) (guint *n_served, gboolean client_closes_first);
  void (*open) (gpointer server);
  void (*iterate) (gpointer server); /* waits for something to be ready, and does what is */
  void (*close) (gpointer server);   /* it listens no more; no connection is open */
  void (*free_server) (gpointer server);
} BenchServerClass;

extern const BenchServerClass bench_server_raw;
extern const BenchServerClass bench_server_rebound;
extern const BenchServerClass bench_server_gio;
extern const BenchServerClass bench_server_libevent; /* where it was found */
extern const BenchServerClass bench_server_libuv;    /* where it was found */

/* 127.0.0.1, and the port. */
struct sockaddr_in bench_server_address (void);

/* How many TIME_WAITs the namespace keeps (tcp_max_tw_buckets); those that there are stay. */
void bench_server_limit_time_waits (guint n_time_waits);

/* The versions of those that were found, and which were not. (transfer full) */
char *bench_server_peers (void);

G_END_DECLS
