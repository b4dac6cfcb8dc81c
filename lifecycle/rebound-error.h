/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-macros.h"

G_BEGIN_DECLS

/**
 * REBOUND_ERROR:
 *
 * The error domain of lifecycle/. Since: 0.1
 */
#define REBOUND_ERROR (rebound_error_quark ())

/**
 * ReboundError:
 * @REBOUND_ERROR_SCRIPT: the script is wrong; the message has a line `file:line:column: …` for
 *   each mistake, and nothing was run
 * @REBOUND_ERROR_STATE: a word that is not possible in the present state
 * @REBOUND_ERROR_ACTION: an action of an actor could not be carried out
 * @REBOUND_ERROR_INTERNAL: a rule of the simulator itself was broken; the message is the evidence
 * @REBOUND_ERROR_LACKING: the machine lacks something that an actor needs, such as a library
 *
 * What a call of lifecycle/ can fail with. Since: 0.1
 */
typedef enum
{
  REBOUND_ERROR_SCRIPT,
  REBOUND_ERROR_STATE,
  REBOUND_ERROR_ACTION,
  REBOUND_ERROR_INTERNAL,
  REBOUND_ERROR_LACKING,
} ReboundError;

REBOUND_API GQuark rebound_error_quark (void);

G_END_DECLS
