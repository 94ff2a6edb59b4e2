// SPDX-License-Identifier: MIT
/*
 * file_table.c - the descriptor table
 *
 * Theory of operation
 * ===================
 * POSIX wants the lowest free descriptor, and a program may have ten million.
 * So the table is made of pages of 64, which never move:
 *
 *	is_full   1 1 0 1 0			a bit for each page
 *	           |
 *	pages     [*|*|*|*|*]
 *	               |
 *	               +--> is_used 1101...	a bit for each descriptor
 *	                    file[64]
 *
 * and the search for a free one looks at bits, 64 descriptors of a page, or
 * 4,096 of full pages, at a time: of ten million it is 2,400 words in the
 * worst case.  Below table->lowest none is free, so a program that closes what
 * it opened last never searches.
 *
 * With a plain array that doubles one socket() would have to copy a hundred
 * megabytes.  Here what doubles is the list of the pages, 64 times smaller.
 *
 * Invariants
 * ----------
 *  (1) A bit of is_used says whether there is a file.
 *  (2) A bit of is_full says whether all bits of is_used are set.
 *  (3) No entry below table->lowest is free.
 */

#include "sock/file_table.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/mem.h"

#define ROOM_MIN 8

static uint32_t lowest_bit(uint64_t word)
{
	return (uint32_t)__builtin_ctzll(word);
}

static size_t words_for(uint32_t pages)
{
	return (pages + 63) / 64;
}

/* The first page from @page on that is not full; perhaps one behind the last. */
static uint32_t page_with_room(const struct file_table *t, uint32_t page)
{
	uint32_t count = t->size / FILE_PAGE, word = page / 64;
	uint64_t bits;

	if (page >= count)
		return count;
	bits = ~t->is_full[word] & ~0ULL << page % 64;
	while (!bits && ++word < words_for(count))
		bits = ~t->is_full[word];
	if (!bits)
		return count;
	page = word * 64 + lowest_bit(bits);
	return page < count ? page : count;
}

uint32_t file_table_free(const struct file_table *t, uint32_t min)
{
	uint32_t fd = min > t->lowest ? min : t->lowest, page = fd / FILE_PAGE;
	uint64_t bits;

	if (fd >= t->size)
		return fd;
	bits = ~t->pages[page]->is_used & ~0ULL << fd % FILE_PAGE;
	if (!bits) {
		page = page_with_room(t, page + 1);
		if (page == t->size / FILE_PAGE)
			return t->size;
		bits = ~t->pages[page]->is_used;
	}
	return page * FILE_PAGE + lowest_bit(bits);
}

/* Room for twice as many pages. */
static int grow(struct file_table *t, struct mem *mem)
{
	uint32_t room = t->room ? 2 * t->room : ROOM_MIN;
	struct file_page **pages = mem_alloc_array(mem, room, sizeof(*pages));
	uint64_t *is_full =
		mem_alloc_array(mem, words_for(room), sizeof(*is_full));

	if (!pages || !is_full) {
		mem_free(mem, pages, room * sizeof(*pages));
		mem_free(mem, is_full, words_for(room) * sizeof(*is_full));
		return -ENOMEM;
	}
	if (t->room) {
		memcpy(pages, t->pages, t->room * sizeof(*pages));
		memcpy(is_full, t->is_full,
		       words_for(t->room) * sizeof(*is_full));
	}
	mem_free(mem, t->pages, t->room * sizeof(*pages));
	mem_free(mem, t->is_full, words_for(t->room) * sizeof(*is_full));
	t->pages = pages;
	t->is_full = is_full;
	t->room = room;
	return 0;
}

int file_table_reach(struct file_table *t, struct mem *mem, uint32_t fd)
{
	while (fd >= t->size) {
		uint32_t page = t->size / FILE_PAGE;

		if (page == t->room && grow(t, mem))
			return -ENOMEM;
		t->pages[page] = mem_alloc(mem, sizeof(**t->pages));
		if (!t->pages[page])
			return -ENOMEM;
		t->size += FILE_PAGE;
	}
	return 0;
}

void file_table_set(struct file_table *t, uint32_t fd, struct file *file)
{
	uint32_t number = fd / FILE_PAGE;
	struct file_page *page = t->pages[number];
	uint64_t bit = 1ULL << fd % FILE_PAGE, full = 1ULL << number % 64;

	page->file[fd % FILE_PAGE] = file;
	page->is_used = file ? page->is_used | bit : page->is_used & ~bit;
	page->is_cloexec &= ~bit;
	if (page->is_used == UINT64_MAX)
		t->is_full[number / 64] |= full;
	else if (!file)
		t->is_full[number / 64] &= ~full;
	if (file && fd == t->lowest)
		t->lowest = fd + 1;
	else if (!file && fd < t->lowest)
		t->lowest = fd;
}

bool file_table_is_cloexec(const struct file_table *t, uint32_t fd)
{
	return t->pages[fd / FILE_PAGE]->is_cloexec >> fd % FILE_PAGE & 1;
}

void file_table_set_cloexec(struct file_table *t, uint32_t fd, bool is_on)
{
	uint64_t *bits = &t->pages[fd / FILE_PAGE]->is_cloexec;
	uint64_t bit = 1ULL << fd % FILE_PAGE;

	*bits = is_on ? *bits | bit : *bits & ~bit;
}

void file_table_fini(struct file_table *t, struct mem *mem)
{
	uint32_t page;

	for (page = 0; page < t->size / FILE_PAGE; page++) {
		check(!t->pages[page]->is_used);
		mem_free(mem, t->pages[page], sizeof(**t->pages));
	}
	mem_free(mem, t->pages, t->room * sizeof(*t->pages));
	mem_free(mem, t->is_full, words_for(t->room) * sizeof(*t->is_full));
	*t = (struct file_table){.max = t->max};
}
