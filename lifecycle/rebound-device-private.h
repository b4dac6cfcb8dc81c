/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-device.h"
#include "rebound-transition-private.h"

G_BEGIN_DECLS

/* Where the device and its application stand now. */
ReboundLife rebound_device_get_life (ReboundDevice *self);

G_END_DECLS
