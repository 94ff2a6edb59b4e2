// SPDX-License-Identifier: MIT
/*
 * mem.c - counted allocations, and pools of equal objects
 *
 * Theory of operation
 * ===================
 *
 * Callers of mem_free() say the size again.  That costs them nothing (they
 * know it) and saves a header before each allocation; the counts are exact
 * without help from the allocator below.
 *
 * A pool carves objects from slabs.  An object is either out, or on the free
 * list, or fresh: part of the newest slab and never out so far.  Fresh ones
 * are handed out by moving a pointer, so a new slab costs nothing to prepare
 * and its pages are touched only when used.
 *
 *     newest slab                          older slabs
 *     [hdr|obj|obj|free|fresh|fresh|...]   [hdr|obj|free|obj|obj]
 *                   |    ^                        |
 *       free_list --+----|------------------------+
 *                        p->fresh
 *
 * Slabs double in size, from about 1 KB to about 64 KB: a host that is idle
 * stays small, a busy one allocates rarely.  Objects keep no note of which
 * slab they are from, so a slab can only be freed when nothing at all is out;
 * that is when pool_put() does it.
 *
 * Invariants
 * ----------
 *  (1) in_use <= max, unless max is 0 or was lowered since.
 *  (2) Only the newest slab has fresh objects.
 *  (3) When in_use is 0 there is at most one slab.
 */

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
	MEM_LARGE = 131072,
	POOL_ALIGN = 8, /* of pointers and of time */
	POOL_SLAB_MIN = 1024,
	POOL_SLAB_MAX = 65536,
	POOL_SLAB_KEEP = 8192,
	POOL_POISON = 0xdb,
};

/* Two compilers, two ways to say that AddressSanitizer watches. */
#if defined(__SANITIZE_ADDRESS__)
#define MEM_IS_SANITIZED true
#elif defined(__has_feature)
#define MEM_IS_SANITIZED __has_feature(address_sanitizer)
#else
#define MEM_IS_SANITIZED false
#endif

static_assert(sizeof(struct pool_slab) % POOL_ALIGN == 0,
	      "objects behind it are aligned");

static void *mem_libc_alloc(struct mem *m, size_t size)
{
	(void)m;
	return malloc(size);
}

static void *mem_libc_alloc_zeroed(struct mem *m, size_t size)
{
	(void)m;
	return calloc(1, size);
}

static void mem_libc_free(struct mem *m, void *p, size_t size)
{
	(void)m;
	(void)size;
	free(p);
}

void mem_init(struct mem *m, mem_alloc_fn *alloc, mem_free_fn *free)
{
	*m = (struct mem){.alloc = alloc, .free = free};
}

void mem_init_libc(struct mem *m)
{
	mem_init(m, mem_libc_alloc, mem_libc_free);
	m->alloc_zeroed = mem_libc_alloc_zeroed;
	m->has_no_slabs = MEM_IS_SANITIZED;
}

static bool mem_is_to_fail(const struct mem *m, size_t size)
{
	if (m->fail_at &&
	    (m->calls == m->fail_at || (m->fail_ever && m->calls > m->fail_at)))
		return true;
	return m->bytes_max && (m->in_use_bytes >= m->bytes_max ||
				size > m->bytes_max - m->in_use_bytes);
}

static void *mem_take(struct mem *m, size_t size, mem_alloc_fn *alloc)
{
	void *p;

	m->calls++;
	p = mem_is_to_fail(m, size) ? NULL : alloc(m, size);
	if (!p) {
		m->failures++;
		return NULL;
	}
	m->in_use_count++;
	m->in_use_bytes += size;
	m->peak_bytes = max_size(m->peak_bytes, m->in_use_bytes);
	return p;
}

void *mem_alloc_raw(struct mem *m, size_t size)
{
	return mem_take(m, max_size(size, 1), m->alloc);
}

/* A table of ten million slots is not cleared in one go: its pages come zeroed
 * from the machine, each when it is first used. */
void *mem_alloc(struct mem *m, size_t size)
{
	void *p;

	if (size >= MEM_LARGE && m->alloc_zeroed)
		return mem_take(m, size, m->alloc_zeroed);
	p = mem_alloc_raw(m, size);

	if (p)
		memset(p, 0, size);
	return p;
}

void *mem_alloc_array(struct mem *m, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		m->calls++;
		m->failures++;
		return NULL;
	}
	return mem_alloc(m, count * size);
}

void mem_free(struct mem *m, void *p, size_t size)
{
	if (!p)
		return;
	if (size == 0)
		size = 1;
	check(m->in_use_count > 0 && m->in_use_bytes >= size);
	m->in_use_count--;
	m->in_use_bytes -= size;
	m->free(m, p, size);
}

void pool_init(struct pool *p, struct mem *m, const char *name, size_t size,
	       size_t max)
{
	size = max_size(size, sizeof(struct pool_free));
	size = (size + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1);
	*p = (struct pool){.mem = m,
			   .name = name,
			   .size = size,
			   .max = max,
			   .keep = POOL_SLAB_KEEP,
			   .put_far_at = SIZE_MAX};
}

/* When do pool_get() and pool_put() not suffice?  After each change of what
 * this looks at. */
static void pool_judge(struct pool *p)
{
	if (p->poison || !p->slabs) {
		p->get_far_at = 0;
		p->put_far_at = SIZE_MAX;
		return;
	}
	p->get_far_at = p->max ? min_size(p->peak, p->max) : p->peak;
	p->put_far_at = p->slabs->next ? 1 : 0;
}

void pool_set_max(struct pool *p, size_t max)
{
	p->max = max;
	pool_judge(p);
}

void pool_set_poison(struct pool *p, bool poison)
{
	p->poison = poison;
	pool_judge(p);
}

/* Octets of the next slab: double the last, no more than the cap needs. */
static size_t pool_slab_size(const struct pool *p)
{
	const size_t head = sizeof(struct pool_slab);
	size_t want = p->slabs ? p->slabs->size * 2 : POOL_SLAB_MIN;
	size_t count;

	want = min_size(want, POOL_SLAB_MAX);
	count = want > head ? (want - head) / p->size : 0;
	if (p->max)
		count = min_size(count, p->max - p->in_use);
	return head + max_size(count, 1) * p->size;
}

static bool pool_grow(struct pool *p)
{
	size_t size = pool_slab_size(p);
	struct pool_slab *s = mem_alloc_raw(p->mem, size);

	if (!s)
		return false;
	s->size = size;
	s->next = p->slabs;
	p->slabs = s;
	p->fresh = (uint8_t *)(s + 1);
	p->fresh_left = (size - sizeof(*s)) / p->size;
	return true;
}

/* Octets of a free object that carry the poison: all but the link. */
static uint8_t *pool_poisoned(struct pool_free *f)
{
	return (uint8_t *)(f + 1);
}

static void *pool_take_freed(struct pool *p)
{
	struct pool_free *f = p->free_list;
	const uint8_t *o = pool_poisoned(f);
	size_t i;

	p->free_list = f->next;
	for (i = 0; p->poison && i < p->size - sizeof(*f); i++)
		check(o[i] == POOL_POISON); /* written to after pool_put() */
	return f;
}

static void *pool_take(struct pool *p)
{
	void *obj;

	if (p->mem->has_no_slabs)
		return mem_alloc_raw(p->mem, p->size);
	if (p->free_list)
		return pool_take_freed(p);
	if (p->fresh_left == 0 && !pool_grow(p))
		return NULL;
	obj = p->fresh;
	p->fresh += p->size;
	p->fresh_left--;
	return obj;
}

void *pool_get_far(struct pool *p)
{
	void *obj = p->max && p->in_use >= p->max ? NULL : pool_take(p);

	if (!obj) {
		p->failures++;
		return NULL;
	}
	p->in_use++;
	p->peak = max_size(p->peak, p->in_use);
	pool_judge(p);
	return obj;
}

void *pool_get_zeroed(struct pool *p)
{
	void *obj = pool_get(p);

	if (obj)
		memset(obj, 0, p->size);
	return obj;
}

static void pool_free_list(struct pool *p, struct pool_slab *s)
{
	struct pool_slab *next;

	for (; s; s = next) {
		next = s->next;
		mem_free(p->mem, s, s->size);
	}
}

/*
 * Nothing is out: go back to one slab, fresh.  The newest, if it is small, so
 * that who takes and returns a few objects again and again need not allocate;
 * else the oldest, which is the smallest.
 */
static void pool_shrink(struct pool *p)
{
	struct pool_slab *s = p->slabs;

	if (s->size <= p->keep) {
		pool_free_list(p, s->next);
		s->next = NULL;
	}
	while ((s = p->slabs)->next) {
		p->slabs = s->next;
		mem_free(p->mem, s, s->size);
	}
	p->free_list = NULL;
	p->fresh = (uint8_t *)(s + 1);
	p->fresh_left = (s->size - sizeof(*s)) / p->size;
}

void pool_put_far(struct pool *p, void *obj)
{
	struct pool_free *f = obj;

	check(p->in_use > 0);
	p->in_use--;
	if (p->mem->has_no_slabs) {
		mem_free(p->mem, obj, p->size);
		return;
	}
	if (p->poison)
		memset(pool_poisoned(f), POOL_POISON, p->size - sizeof(*f));
	f->next = p->free_list;
	p->free_list = f;
	if (p->in_use == 0 && p->slabs->next) {
		pool_shrink(p);
		pool_judge(p);
	}
}

size_t pool_fini(struct pool *p)
{
	size_t leaked = p->in_use;

	pool_free_list(p, p->slabs);
	p->slabs = NULL;
	p->free_list = NULL;
	p->fresh_left = 0;
	p->in_use = 0;
	pool_judge(p);
	return leaked;
}
