/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process that may open just so many descriptors more. */
typedef struct _ReboundDescriptorLimit ReboundDescriptorLimit;

/* From now on @spare more can be opened, and the next is EMFILE. NULL with errno where the machine
 * does not let it be so. */
ReboundDescriptorLimit *rebound_descriptor_limit_new (guint spare);

/* It is as it was before. */
void rebound_descriptor_limit_free (ReboundDescriptorLimit *self);

/* The limit is the process's, and what the machine does is not of its descriptors: its link, the
 * sockets that a system keeps. Between these two calls there is no limit; nothing where there was
 * none. errno stays. */
void rebound_descriptor_limit_pause (void);
void rebound_descriptor_limit_resume (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundDescriptorLimit, rebound_descriptor_limit_free)

G_END_DECLS
