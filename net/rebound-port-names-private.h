/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

G_BEGIN_DECLS

/* What the ends of a run's connections are called where they are shown. A port that a script chose
 * is a number; one that was drawn goes by the name of its connection, for it says nothing. */
typedef struct _ReboundPortNames ReboundPortNames;

ReboundPortNames *rebound_port_names_new (void);
void rebound_port_names_free (ReboundPortNames *self);

/* Ports are in host byte order; 0 is passed over. The last to have a port is whom it is called
 * after, and a listener's port stays the listener's. */
void rebound_port_names_add_listener (ReboundPortNames *self, guint16 port, const char *name);
void rebound_port_names_add (ReboundPortNames *self, guint16 port, const char *connection);

/* Whether a connection of the run has, or had, it on one of its own ends. */
gboolean rebound_port_names_has (ReboundPortNames *self, guint16 port);

/* Whether nobody chose it, so that its number says nothing. */
gboolean rebound_port_names_is_drawn (ReboundPortNames *self, guint16 port);

/* "127.0.0.1:30000", "[::1]:30000", "0.0.0.0:*" for no port, "127.0.0.1:web" for a listener whose
 * port was drawn, "phone#1" for the drawn port of a connection. @address is in network byte order.
 * (transfer full) */
char *rebound_port_names_dup_end (ReboundPortNames *self,
                                  sa_family_t family,
                                  const guint32 *address,
                                  guint16 port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundPortNames, rebound_port_names_free)

G_END_DECLS
