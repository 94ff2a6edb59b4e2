/* SPDX-License-Identifier: MIT */
#ifndef BASE_MEM_H
#define BASE_MEM_H

/*
 * mem.h - memory comes in as an argument
 *
 * Nothing below os/ calls malloc().  Everything that needs memory is given a
 * struct mem, which counts what is in use, can cap it, and can fail on
 * demand, so that a test can walk through every allocation of a scenario and
 * see it survived.
 *
 * A pool hands out objects of one size from slabs: get and put are a few
 * instructions, and the count in use is always known.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"
#include "base/likely.h"

struct mem;

typedef void *mem_alloc_fn(struct mem *m, size_t size);
typedef void mem_free_fn(struct mem *m, void *p, size_t size);

/**
 * struct mem - a source of memory
 * @alloc:		(required) @size octets, aligned for any type, or NULL
 * @free:		(required) Takes back what @alloc gave, same size
 * @alloc_zeroed:	(optional) As @alloc, of octets that are zero: for large
 *			tables, whose memory comes so from the machine
 * @calls:		Allocations asked for so far, failed ones included
 * @failures:		Of these, how many failed
 * @in_use_count:	Allocations not yet freed
 * @in_use_bytes:	Their sizes added up
 * @peak_bytes:		The largest @in_use_bytes there has been
 * @bytes_max:		Cap on @in_use_bytes, 0 for none; may be set any time
 * @fail_at:		Fail the allocation that makes @calls equal to this;
 *			0 for none
 * @fail_ever:		... and every one after it
 * @has_no_slabs:	Pools allocate each object on its own, so that a
 *			sanitizer knows the borders and the life of each
 *
 * A source that needs more state embeds this as a member.
 */
struct mem {
	mem_alloc_fn *alloc;
	mem_free_fn *free;
	mem_alloc_fn *alloc_zeroed;
	uint64_t calls;
	uint64_t failures;
	size_t in_use_count;
	size_t in_use_bytes;
	size_t peak_bytes;
	size_t bytes_max;
	uint64_t fail_at;
	bool fail_ever;
	bool has_no_slabs;
};

/**
 * mem_init() - Make a source of memory out of two functions
 * @m:		Filled in; no cap, no failures
 * @alloc:	See struct mem
 * @free:	See struct mem
 */
void mem_init(struct mem *m, mem_alloc_fn *alloc, mem_free_fn *free);

/**
 * mem_init_libc() - Make a source of memory out of malloc() and free()
 * @m:		Filled in; pools have no slabs when built for AddressSanitizer
 */
void mem_init_libc(struct mem *m);

/**
 * mem_alloc() - Allocate zeroed memory
 * @m:		Where from
 * @size:	Octets; 0 is treated as 1
 *
 * Return: the memory, which goes back with mem_free(); NULL if there is none,
 * if the cap would be exceeded, or if failure was asked for
 */
void *mem_alloc(struct mem *m, size_t size);

/**
 * mem_alloc_raw() - Allocate memory that the caller will fill
 * @m:		Where from
 * @size:	Octets; 0 is treated as 1
 *
 * Return: as mem_alloc(), but not zeroed
 */
void *mem_alloc_raw(struct mem *m, size_t size);

/**
 * mem_alloc_array() - Allocate a zeroed array
 * @m:		Where from
 * @count:	Elements
 * @size:	Octets of each; @count * @size may overflow, and fails then
 *
 * Return: as mem_alloc()
 */
void *mem_alloc_array(struct mem *m, size_t count, size_t size);

/**
 * mem_free() - Give memory back
 * @m:		Where it came from
 * @p:		What mem_alloc() returned, or NULL
 * @size:	The size it was asked for with
 */
void mem_free(struct mem *m, void *p, size_t size);

/* What pool_get() and pool_put() look at: an object that came back, and the
 * head of a slab. */
struct pool_free {
	struct pool_free *next;
};

struct pool_slab {
	_Alignas(16) struct pool_slab *next;
	size_t size; /* with this header */
};

/**
 * struct pool - objects of one size
 * @mem:	Where slabs come from
 * @name:	For counters and messages; not copied
 * @size:	Octets of an object, rounded up
 * @in_use:	Objects out
 * @peak:	The most there have been
 * @max:	Cap on @in_use, 0 for none: pool_set_max()
 * @failures:	Times pool_get() returned NULL
 * @keep:	A slab of up to so many octets stays when all objects are back;
 *		may be set any time.  More, where batches come and go
 * @poison:	Fill returned objects with a pattern and check() on the next
 *		use that nobody wrote to them: pool_set_poison()
 * @get_far_at:	With so many out, or more, taking one needs more than the free
 *		list: the peak grows, a cap is reached, there is poison
 * @put_far_at:	With so few out, giving one back needs more
 * @free_list:	Objects that came back, the last one first
 * @slabs:	All slabs, the newest first
 * @fresh:	Next object of the newest slab that was never out
 * @fresh_left:	How many of these there are
 */
struct pool {
	struct mem *mem;
	const char *name;
	size_t size;
	size_t in_use;
	size_t peak;
	size_t max;
	size_t keep;
	uint64_t failures;
	bool poison;
	size_t get_far_at, put_far_at;
	struct pool_free *free_list;
	struct pool_slab *slabs;
	uint8_t *fresh;
	size_t fresh_left;
};

/**
 * pool_init() - Make an empty pool; allocates nothing
 * @p:		Filled in
 * @m:		Where slabs come from; must outlive the pool
 * @name:	A string that outlives the pool
 * @size:	Octets of an object
 * @max:	Objects that may be out at one time, 0 for no limit
 */
void pool_init(struct pool *p, struct mem *m, const char *name, size_t size,
	       size_t max);

/* May be set any time. */
void pool_set_max(struct pool *p, size_t max);
void pool_set_poison(struct pool *p, bool poison);

void *pool_get_far(struct pool *p);	      /* pool_get(), the long way */
void pool_put_far(struct pool *p, void *obj); /* pool_put(), likewise */

/**
 * pool_get() - Take an object
 * @p:		The pool
 *
 * An object that came back is taken here, while fewer are out than were out at
 * one time before.  One comparison says all there is to ask, see pool_judge();
 * a packet takes and returns three objects at either end.  (17 instructions
 * become 9, and so do those of pool_put().)
 *
 * Return: an object, not zeroed, aligned to 8 octets; NULL when the cap is
 * reached or there is no memory
 */
static inline void *pool_get(struct pool *p)
{
	struct pool_free *f = p->free_list;

	if (!f || p->in_use >= p->get_far_at)
		return pool_get_far(p);
	p->free_list = f->next;
	p->in_use++;
	return f;
}

/**
 * pool_get_zeroed() - Take an object, every octet of it zero
 * @p:		The pool
 *
 * Return: as pool_get()
 */
void *pool_get_zeroed(struct pool *p);

/**
 * pool_put() - Give an object back
 * @p:		The pool it came from
 * @obj:	The object, or NULL
 *
 * When the last object comes back, all slabs but the smallest are freed.
 */
static inline void pool_put(struct pool *p, void *obj)
{
	struct pool_free *f = obj;

	if (!obj)
		return;
	if (UNLIKELY(p->in_use <= p->put_far_at)) {
		pool_put_far(p, obj);
		return;
	}
	p->in_use--;
	f->next = p->free_list;
	p->free_list = f;
}

/**
 * pool_fini() - Free all memory of a pool
 * @p:		The pool; may be used again as if just initialized
 *
 * Return: number of objects that were still out: they leaked, and (unless the
 * source has no slabs) their memory is gone now
 */
size_t pool_fini(struct pool *p);

#endif /* BASE_MEM_H */
