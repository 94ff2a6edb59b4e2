// SPDX-License-Identifier: MIT
/*
 * reason.c - the names of what events mean
 */

#include "core/reason.h"

static const char *const names[] = {
#define X(id, name) name,
	REASONS(X)
#undef X
};

const char *reason_name(enum reason r)
{
	return r < R_COUNT ? names[r] : "?";
}
