/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of several listeners with SO_REUSEPORT the kernel chooses by a hash that is salted anew in each
 * namespace. In a run the client's port chooses instead, even the first listener and odd the
 * second, so that every run is the same. Works once @fd listens; where the kernel refuses, the hash
 * decides. */
void rebound_reuseport_choose_by_port (int fd);

G_END_DECLS
