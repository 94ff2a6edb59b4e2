/* SPDX-License-Identifier: MIT */
#ifndef TRACE_VISIT_FRAMES_H
#define TRACE_VISIT_FRAMES_H

/*
 * visit_frames.h - every frame at the visitor's host, layer by layer
 */

#include <stdbool.h>

#include "base/strbuf.h"

#include "trace/steps.h"

/**
 * visit_frames() - The layers of each frame, as they are put on or taken off
 * @v:		The visit
 * @with_octets: Every field with its octets, instead of a line for a layer
 * @is_ascii:	Nothing beyond ASCII
 * @out:	Appended to
 *
 * What leaves is told from the top down, as it is wrapped; what arrives from
 * the bottom up, as it is unwrapped.
 */
void visit_frames(const struct visit_view *v, bool with_octets, bool is_ascii,
		  struct strbuf *out);

#endif /* TRACE_VISIT_FRAMES_H */
