/* SPDX-License-Identifier: MIT */
#ifndef BASE_LIST_H
#define BASE_LIST_H

/*
 * list.h - circular doubly linked lists, the links inside the elements
 *
 *      head            a.node          b.node
 *     +-------+       +-------+       +-------+
 *  +->| next  |------>| next  |------>| next  |--+
 *  |  | prev  |<------| prev  |<------| prev  |  |   (and prev of the head
 *  |  +-------+       +-------+       +-------+  |    is b.node)
 *  +---------------------------------------------+
 *
 * The head is an element like the others, so adding and deleting have no
 * special cases.  A head must be set up with list_init(); a node need not
 * be, zeroed memory is a node that is in no list.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(name)          \
	{                        \
		&(name), &(name) \
	}

static inline void list_init(struct list *l)
{
	l->next = l->prev = l;
}

static inline bool list_is_empty(const struct list *head)
{
	return head->next == head;
}

/* Is @node, zeroed or set up once, a member of some list at present? */
static inline bool list_is_linked(const struct list *node)
{
	return node->next && node->next != node;
}

static inline void list_insert_between(struct list *node, struct list *prev,
				       struct list *next)
{
	node->next = next;
	node->prev = prev;
	prev->next = node;
	next->prev = node;
}

static inline void list_add_head(struct list *head, struct list *node)
{
	list_insert_between(node, head, head->next);
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert_between(node, head->prev, head);
}

static inline void list_add_before(struct list *at, struct list *node)
{
	list_insert_between(node, at->prev, at);
}

static inline void list_add_after(struct list *at, struct list *node)
{
	list_insert_between(node, at, at->next);
}

/* Takes @node out of its list; harmless if it is in none. */
static inline void list_del(struct list *node)
{
	if (!node->next)
		return;
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

static inline void list_move_tail(struct list *head, struct list *node)
{
	list_del(node);
	list_add_tail(head, node);
}

/* Appends all of @from to @to; @from is empty afterwards. */
static inline void list_splice_tail(struct list *to, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* First node, taken out, or NULL. */
static inline struct list *list_pop_head(struct list *head)
{
	struct list *node = head->next;

	if (node == head)
		return NULL;
	list_del(node);
	return node;
}

static inline size_t list_count(const struct list *head)
{
	const struct list *it;
	size_t n = 0;

	for (it = head->next; it != head; it = it->next)
		n++;
	return n;
}

#define list_entry(node, type, member) container_of(node, type, member)

/* NULL when the list is empty. */
#define list_first_entry(head, type, member) \
	(list_is_empty(head) ? NULL : list_entry((head)->next, type, member))
#define list_last_entry(head, type, member) \
	(list_is_empty(head) ? NULL : list_entry((head)->prev, type, member))

/* NULL at the end of the list. */
#define list_next_entry(elem, head, type, member) \
	((elem)->member.next == (head)            \
		 ? NULL                           \
		 : list_entry((elem)->member.next, type, member))
#define list_prev_entry(elem, head, type, member) \
	((elem)->member.prev == (head)            \
		 ? NULL                           \
		 : list_entry((elem)->member.prev, type, member))

/* @it walks over struct list pointers; the list must not change. */
#define list_for_each(it, head) \
	for ((it) = (head)->next; (it) != (head); (it) = (it)->next)

/* As above, but @it itself may be deleted, and only it. */
#define list_for_each_safe(it, tmp, head)                             \
	for ((it) = (head)->next, (tmp) = (it)->next; (it) != (head); \
	     (it) = (tmp), (tmp) = (it)->next)

/* @elem walks over the elements themselves and is NULL after the last. */
#define list_for_each_entry(elem, head, type, member)               \
	for ((elem) = list_first_entry(head, type, member); (elem); \
	     (elem) = list_next_entry(elem, head, type, member))

#endif /* BASE_LIST_H */
