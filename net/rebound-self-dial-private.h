/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/socket.h>

#include "lifecycle/rebound-site.h"

G_BEGIN_DECLS

/* A listener that connects to itself, to see whether it is still there. */
typedef struct _ReboundSelfDial ReboundSelfDial;

/* Nobody accepted: ECONNREFUSED, ECONNRESET or ETIMEDOUT; another errno where it could not be
 * tried. */
typedef void (*ReboundSelfDialFunc) (int error_number, gpointer user_data);

/* @end is whose name the socket has. */
ReboundSelfDial *rebound_self_dial_new (ReboundSite *site,
                                        const char *end,
                                        ReboundSelfDialFunc failed,
                                        gpointer user_data);
void rebound_self_dial_free (ReboundSelfDial *self);

/* Begins anew; may fail before it returns. */
void rebound_self_dial_start (ReboundSelfDial *self,
                              const struct sockaddr_storage *address,
                              socklen_t length);

/* Gives up without telling. What it has connected may still be waiting to be accepted. */
void rebound_self_dial_cancel (ReboundSelfDial *self);
gboolean rebound_self_dial_is_on (ReboundSelfDial *self);

/* Whether the accepted @fd is its other end. Then it is closed, @fd is too, and it is over. */
gboolean rebound_self_dial_takes (ReboundSelfDial *self, int fd);

G_END_DECLS
