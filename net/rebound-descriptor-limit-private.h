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

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundDescriptorLimit, rebound_descriptor_limit_free)

G_END_DECLS
