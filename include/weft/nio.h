/* SPDX-License-Identifier: MIT */
#ifndef WEFT_NIO_H
#define WEFT_NIO_H

/*
 * nio.h - selector, channel, buffer: multiplexing by the names of Java NIO
 *
 * Theory of operation
 * ===================
 *	channel --- key ---+
 *	channel --- key ---+--- selector		weft_selector_select()
 *	channel --- key ---+	 |			weft_selector_next()
 *				 +-- keys selected
 *
 * A channel moves octets between a socket and a buffer.  A key stands for a
 * channel in a selector: what is waited for, and what was found.  A selector
 * is a set of epoll and waits for all its keys at once; what it finds goes
 * into the set of selected keys, until the program takes it out.
 *
 *	while (weft_selector_select(selector, -1) >= 0)
 *		while ((key = weft_selector_next(selector)))
 *			... weft_key_ready_ops(key) ...
 *
 * A selector, its keys and their channels are for one thread at a time, but
 * weft_selector_wakeup() is for all.
 *
 * Part of weft.h; include that.
 */

#include <weft/nio_buffer.h>
#include <weft/nio_channel.h>
#include <weft/weft.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weft_channel;
struct weft_selector;
struct weft_key;

/* What a key waits for, and is ready for; the values are Java's. */
#define WEFT_OP_READ	1
#define WEFT_OP_WRITE	4
#define WEFT_OP_CONNECT 8
#define WEFT_OP_ACCEPT	16

/**
 * weft_selector_open() - Selector.open()
 * @stack:	Whose channels it is for
 *
 * Return: the selector; NULL: EMFILE, ENOMEM
 */
WEFT_API struct weft_selector *weft_selector_open(struct weft_stack *stack);

/**
 * weft_selector_close() - Selector.close(): cancels its keys
 * @sel:	NULL is fine.  Channels stay open
 */
WEFT_API void weft_selector_close(struct weft_selector *sel);

/**
 * weft_channel_register() - SelectableChannel.register()
 * @ch:		A channel that does not block
 * @sel:	With whom
 * @ops:	WEFT_OP_xxx
 * @attachment:	The program's own, see weft_key_attachment()
 *
 * Return: the key; NULL: EINVAL (it blocks, is of another stack, or cannot do
 * one of @ops), EEXIST, ENOMEM
 */
WEFT_API struct weft_key *weft_channel_register(struct weft_channel *ch,
						struct weft_selector *sel,
						int ops, void *attachment);

/**
 * weft_selector_select() - Selector.select(): wait, and select what is ready
 * @sel:	Which
 * @timeout_ms:	At most so long; negative: for ever
 *
 * May block.
 *
 * Return: keys that were selected, or are ready for more than they were; 0: the
 * time is over, or weft_selector_wakeup(); -1: EDEADLK
 */
WEFT_API int weft_selector_select(struct weft_selector *sel, int timeout_ms);

/**
 * weft_selector_select_now() - Selector.selectNow(): do not wait
 * @sel:	Which
 *
 * Return: as weft_selector_select()
 */
WEFT_API int weft_selector_select_now(struct weft_selector *sel);

/**
 * weft_selector_wakeup() - Selector.wakeup(): the present select returns at once
 * @sel:	Which.  If nobody waits it is the next one; several count once
 */
WEFT_API void weft_selector_wakeup(struct weft_selector *sel);

/**
 * weft_selector_next() - Take a key out of the set of selected keys
 * @sel:	Which
 *
 * The iterator over selectedKeys() and its remove() in one.
 *
 * Return: the key; NULL: the set is empty
 */
WEFT_API struct weft_key *weft_selector_next(struct weft_selector *sel);

/**
 * weft_key_ready_ops() - SelectionKey.readyOps()
 * @key:	Which
 *
 * Return: what it was ready for when it was selected: WEFT_OP_xxx
 */
WEFT_API int weft_key_ready_ops(const struct weft_key *key);

/**
 * weft_key_interest_ops() - SelectionKey.interestOps()
 * @key:	Which
 *
 * Return: what is waited for: WEFT_OP_xxx
 */
WEFT_API int weft_key_interest_ops(const struct weft_key *key);

/**
 * weft_key_set_interest_ops() - SelectionKey.interestOps(int)
 * @key:	Which
 * @ops:	What to wait for from now on; 0: nothing
 *
 * Return: 0; -1: EINVAL (its channel cannot do one of them)
 */
WEFT_API int weft_key_set_interest_ops(struct weft_key *key, int ops);

/**
 * weft_key_channel() - SelectionKey.channel()
 * @key:	Whose
 *
 * Return: the channel
 */
WEFT_API struct weft_channel *weft_key_channel(const struct weft_key *key);

/**
 * weft_key_attachment() - SelectionKey.attachment()
 * @key:	Whose
 *
 * Return: what the program gave weft_channel_register()
 */
WEFT_API void *weft_key_attachment(const struct weft_key *key);

/**
 * weft_key_cancel() - SelectionKey.cancel(): leaves the selector, is freed
 * @key:	NULL is fine.  The channel stays open
 */
WEFT_API void weft_key_cancel(struct weft_key *key);

#ifdef __cplusplus
}
#endif

#endif /* WEFT_NIO_H */
