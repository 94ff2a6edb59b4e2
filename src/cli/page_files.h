/* SPDX-License-Identifier: MIT */
#ifndef CLI_PAGE_FILES_H
#define CLI_PAGE_FILES_H

/*
 * page_files.h - what visits brought, as files
 */

#include <stddef.h>

#include "lab/run.h"

/**
 * struct page_files - where to
 * @dir:	Folder of the run; pages go to "page/HOST/PATH" in it
 * @count:	Files written
 * @error:	0, or -errno of the first that could not be written
 */
struct page_files {
	const char *dir;
	size_t count;
	int error;
};

/* A lab_resource_fn whose argument is a struct page_files. */
void page_files_write(void *arg, const struct lab_resource *resource);

#endif /* CLI_PAGE_FILES_H */
