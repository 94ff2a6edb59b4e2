/* SPDX-License-Identifier: MIT */
#ifndef LAB_PATTERN_MATCH_H
#define LAB_PATTERN_MATCH_H

/*
 * pattern_match.h - does a pattern fit?
 */

#include "lab/pattern.h"
#include "lab/topo.h"
#include "trace/frame.h"

/* Is a frame from (to) a node: its IP address, or its link address? */
bool match_is_from(const struct frame_view *v, const struct lab_node *node);
bool match_is_to(const struct frame_view *v, const struct lab_node *node);

/**
 * match_frame() - Does a pattern fit a frame?
 * @p:		Not of kind PATTERN_EVENT: never fits
 * @v:		The frame
 * @topo:	For the names of nodes
 */
bool match_frame(const struct pattern *p, const struct frame_view *v,
		 const struct topo *topo);

/* Does it fit an event of the log?  Frames fit where they are made. */
bool match_event(const struct pattern *p, const struct log_event *ev,
		 const struct topo *topo);

#endif /* LAB_PATTERN_MATCH_H */
