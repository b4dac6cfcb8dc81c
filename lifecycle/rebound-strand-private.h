/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-site.h"

G_BEGIN_DECLS

/* A main context that is iterated by hand: the world's, or an application's. */
typedef struct
{
  ReboundSite *site;
  GMainContext *context; /* the site's */
  GArray *fds;           /* GPollFD, of the last query */
  int timeout_msec;      /* what GLib would sleep for; -1: for ever */
  int priority;
} ReboundStrand;

ReboundStrand *rebound_strand_new (ReboundSite *site);
void rebound_strand_free (gpointer strand);

/* Asks the context what it waits for. */
void rebound_strand_prepare (ReboundStrand *strand);

/* poll() for @fds (of GPollFD). A signal is no error: then nothing is ready. FALSE with the errno's
 * name. */
gboolean rebound_strand_poll (GArray *fds, int timeout_msec, GError **error);

/* Dispatches what is ready of what was prepared and polled. Whether anything was. */
gboolean rebound_strand_dispatch (ReboundStrand *strand);

/* The descriptor that was ready, as text; NULL if there was none. (transfer full) */
char *rebound_strand_dup_ready_descriptor (ReboundStrand *strand);

G_END_DECLS
