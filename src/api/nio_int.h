/* SPDX-License-Identifier: MIT */
#ifndef API_NIO_INT_H
#define API_NIO_INT_H

/*
 * nio_int.h - channels, keys and selectors from inside
 */

#include <stdbool.h>
#include <weft/weft.h>

#include "base/list.h"

/**
 * struct weft_channel - a socket
 * @ops:	What it can be ready for: WEFT_OP_xxx
 * @is_blocking: As configureBlocking() has it
 * @keys:	struct weft_key.of_channel
 */
struct weft_channel {
	struct weft_stack *stack;
	int fd;
	int ops;
	bool is_blocking;
	struct list keys;
};

/**
 * struct weft_key - a channel in a selector
 * @of_channel:	In the channel
 * @of_selector: In the selector
 * @selected:	In its set of selected keys, or none
 */
struct weft_key {
	struct list of_channel, of_selector, selected;
	struct weft_channel *channel;
	struct weft_selector *selector;
	int interest, ready;
	void *attachment;
};

/**
 * struct weft_selector - a set of epoll
 * @epfd:	The set
 * @wakeup:	A counter in it, written to by weft_selector_wakeup()
 * @keys:	struct weft_key.of_selector
 * @selected:	struct weft_key.selected
 */
struct weft_selector {
	struct weft_stack *stack;
	int epfd;
	int wakeup;
	struct list keys, selected;
};

#endif /* API_NIO_INT_H */
