// SPDX-License-Identifier: MIT
/*
 * drop.c - the names of the reasons to drop a frame
 */

#include "core/drop.h"

static const char *const names[] = {
#define X(name, text) #name,
	DROP_REASONS(X)
#undef X
};

static const char *const texts[] = {
#define X(name, text) text,
	DROP_REASONS(X)
#undef X
};

const char *drop_name(enum drop why)
{
	return why < DROP_COUNT ? names[why] : "?";
}

const char *drop_text(enum drop why)
{
	return why < DROP_COUNT ? texts[why] : "?";
}
