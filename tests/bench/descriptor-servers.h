/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A server that says a word to each client and closes, made with one library as its manual has it.
 */
typedef struct
{
  const char *name;
  const char *request; /* what a client has to say first */
  /* Begins to listen on a port of 127.0.0.1 that is drawn; nothing is accepted before serve(). */
  guint16 (*listen) (void);
  /* Serves, and does not return. */
  void (*serve) (void);
} DescriptorServer;

extern const DescriptorServer descriptor_servers[];
extern const guint n_descriptor_servers;

G_END_DECLS
