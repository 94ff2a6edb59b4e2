/* SPDX-License-Identifier: MIT */
#ifndef SOCK_FILE_TABLE_H
#define SOCK_FILE_TABLE_H

/*
 * file_table.h - descriptors in pages, see file_table.c
 *
 * Private to sock/.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ask.h"

struct file;
struct mem;

#define FILE_PAGE 64 /* descriptors: a bit of a word for each */

/* What is there, and a descriptor's own flag. */
struct file_page {
	struct file *file[FILE_PAGE];
	uint64_t is_used, is_cloexec;
};

/**
 * struct file_table - descriptors of one stack
 * @pages:	All below @size
 * @is_full:	A bit for each page
 * @room:	Pages that @pages and @is_full have room for
 * @size:	Descriptors there are pages for
 * @max:	The cap
 * @lowest:	Below it none is free
 */
struct file_table {
	struct file_page **pages;
	uint64_t *is_full;
	uint32_t room, size, max, lowest;
};

/* What a descriptor stands for, or NULL. */
static inline struct file *file_table_at(const struct file_table *t,
					 uint32_t fd)
{
	if (fd >= t->size)
		return NULL;
	return t->pages[fd / FILE_PAGE]->file[fd % FILE_PAGE];
}

/* An entry will soon be read. */
static inline void file_table_ask(const struct file_table *t, uint32_t fd)
{
	if (fd < t->size)
		ask_line(&t->pages[fd / FILE_PAGE]->file[fd % FILE_PAGE]);
}

/* The lowest free entry not below @min, which need not exist yet. */
uint32_t file_table_free(const struct file_table *t, uint32_t min);

/* Room for descriptor @fd: 0 or -ENOMEM. */
int file_table_reach(struct file_table *t, struct mem *mem, uint32_t fd);

/* An entry that exists gets its file; or loses it (NULL), and its flag. */
void file_table_set(struct file_table *t, uint32_t fd, struct file *file);

/* A flag of a descriptor that is in use. */
bool file_table_is_cloexec(const struct file_table *t, uint32_t fd);
void file_table_set_cloexec(struct file_table *t, uint32_t fd, bool is_on);

/* Free an empty table. */
void file_table_fini(struct file_table *t, struct mem *mem);

#endif /* SOCK_FILE_TABLE_H */
