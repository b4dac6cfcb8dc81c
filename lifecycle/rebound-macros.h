/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

/**
 * REBOUND_API:
 *
 * Marks a symbol as part of the public library. Everything else is hidden.
 */
#define REBOUND_API __attribute__ ((visibility ("default"))) extern
