/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "rebound-test-reporter.h"

G_BEGIN_DECLS

/* Where the reports of a test go: any number of them, each in its format. */
typedef struct _ReboundTestReports ReboundTestReports;

/* From "FORMAT[:FILE]", one each; NULL after a complaint. Where none goes to standard output and
 * none is asked for, there is a summary on it. Files are begun. */
ReboundTestReports *rebound_test_reports_new (char **specs, int *status);
void rebound_test_reports_free (ReboundTestReports *self);

void rebound_test_reports_begin (ReboundTestReports *self);
void rebound_test_reports_take (ReboundTestReports *self, const ReboundTestResult *result);
void rebound_test_reports_end (ReboundTestReports *self, const ReboundTestTotal *total);
void rebound_test_reports_skip (ReboundTestReports *self, const char *why);

/* Puts the files into their places; FALSE after a complaint. */
gboolean rebound_test_reports_commit (ReboundTestReports *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ReboundTestReports, rebound_test_reports_free)

G_END_DECLS
