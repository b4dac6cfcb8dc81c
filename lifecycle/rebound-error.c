/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The error domain of lifecycle/. Few codes, because a caller has only few things to do: show what
 * is wrong with the script, show why a word was refused, install what is missing, or hand in a
 * bug. */

#include "rebound-error.h"

/* clang-format off */
G_DEFINE_QUARK (rebound-error-quark, rebound_error)
