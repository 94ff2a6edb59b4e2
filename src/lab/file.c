// SPDX-License-Identifier: MIT
/*
 * file.c - the files that a lab file names: pages, zones
 *
 * Theory of operation
 * ===================
 * A page is read whole when a server opens it, and lives until it is closed.
 * Its tag is a hash of its octets and its date is the first moment of the lab,
 * so what a server says about a file depends on its octets only, and a run
 * on another machine, or from a fresh checkout, writes the same log.
 *
 * Limits
 * ------
 * FILE_MAX octets a file.
 */
#include "lab/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "lab/lab.h"

enum { FILE_MAX = 64 << 20 };

#define FILE_MTIME_S INT64_C(946684800) /* 2000-01-01, when labs begin */

/* The pages of one directory. */
struct lab_site {
	struct http_source source;
	const struct lab *lab;
	struct mem *mem;
	char dir[LAB_PATH];
};

/* A page that is open. */
struct lab_page {
	struct mem *mem;
	char *text;
	size_t size; /* of the allocation */
};

const struct lab_file *lab_default_file(const char *name)
{
	const struct lab_file *f;

	for (f = lab_default_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/* Is there a file below this name? */
static bool default_is_dir(const char *name)
{
	const struct lab_file *f;
	size_t len = strlen(name);

	for (f = lab_default_files; f->name; f++)
		if (strncmp(f->name, name, len) == 0 && f->name[len] == '/')
			return true;
	return false;
}

static int read_default(const char *name, struct strbuf *out)
{
	const struct lab_file *f = lab_default_file(name);

	if (!f)
		return default_is_dir(name) ? -EISDIR : -ENOENT;
	strbuf_add(out, f->data, f->len);
	return out->error;
}

static int read_stream(FILE *f, struct strbuf *out)
{
	char chunk[4096];
	size_t n;

	errno = 0;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0) {
		strbuf_add(out, chunk, n);
		if (out->len > FILE_MAX)
			return -EFBIG;
	}
	if (ferror(f))
		return errno ? -errno : -EIO;
	return out->error;
}

int lab_file_path(const struct lab *lab, const char *name, char path[LAB_PATH])
{
	if (lab->is_default)
		return -ENOENT;
	if (snprintf(path, LAB_PATH, "%s%s", name[0] == '/' ? "" : lab->dir,
		     name) >= LAB_PATH)
		return -ENAMETOOLONG;
	return 0;
}

/* The file, or NULL; then *@err says why. */
static FILE *open_file(const struct lab *lab, const char *name, int *err)
{
	char path[LAB_PATH];
	FILE *f = NULL;

	*err = lab_file_path(lab, name, path);
	if (!*err) {
		f = fopen(path, "rb");
		*err = f ? 0 : -errno;
	}
	return f;
}

int lab_file_check(const struct lab *lab, const char *name)
{
	int err;
	FILE *f = open_file(lab, name, &err);

	if (f)
		(void)fclose(f);
	return err;
}

int lab_read_file(const struct lab *lab, const char *name, struct strbuf *out)
{
	FILE *f;
	int err;

	if (lab->is_default)
		return read_default(name, out);
	f = open_file(lab, name, &err);
	if (!f)
		return err;
	err = read_stream(f, out);
	(void)fclose(f);
	return err;
}

static uint64_t text_tag(const char *text, size_t len)
{
	static const struct hash_key key = {{0x70616765, 0x746167}};

	return siphash13(&key, text, len);
}

static int site_open(struct http_source *s, const char *path,
		     struct http_file *file)
{
	struct lab_site *site = container_of(s, struct lab_site, source);
	char name[LAB_PATH];
	struct lab_page *page;
	struct strbuf text;
	int err;

	if (snprintf(name, sizeof(name), "%s/%s", site->dir, path) >=
	    (int)sizeof(name))
		return -ENOENT;
	page = mem_alloc(site->mem, sizeof(*page));
	if (!page)
		return -ENOMEM;
	strbuf_init(&text, site->mem);
	err = lab_read_file(site->lab, name, &text);
	if (err) {
		strbuf_fini(&text);
		mem_free(site->mem, page, sizeof(*page));
		return err == -EFBIG ? -EIO : err;
	}
	*file = (struct http_file){
		.source = s,
		.priv = page,
		.size = text.len,
		.mtime_s = FILE_MTIME_S,
		.tag = text_tag(strbuf_text(&text), text.len),
	};
	page->mem = site->mem;
	page->text = strbuf_detach(&text, &page->size);
	return 0;
}

static long site_read(struct http_file *file, uint64_t off, void *buf,
		      size_t len)
{
	const struct lab_page *page = file->priv;

	if (off >= file->size)
		return 0;
	len = min_size(len, (size_t)(file->size - off));
	memcpy(buf, page->text + off, len);
	return (long)len;
}

static void site_close(struct http_file *file)
{
	struct lab_page *page = file->priv;
	struct mem *mem = page->mem;

	mem_free(mem, page->text, page->size);
	mem_free(mem, page, sizeof(*page));
}

static const struct http_source_ops site_ops = {
	.open = site_open,
	.read = site_read,
	.close = site_close,
};

struct http_source *lab_site_new(const struct lab *lab, const char *dir,
				 struct mem *mem)
{
	struct lab_site *site = mem_alloc(mem, sizeof(*site));
	size_t len;

	if (!site)
		return NULL;
	site->source.ops = &site_ops;
	site->lab = lab;
	site->mem = mem;
	(void)snprintf(site->dir, sizeof(site->dir), "%s", dir);
	len = strlen(site->dir);
	while (len > 1 && site->dir[len - 1] == '/')
		site->dir[--len] = '\0';
	return &site->source;
}

void lab_site_free(struct http_source *source)
{
	struct lab_site *site;

	if (!source)
		return;
	site = container_of(source, struct lab_site, source);
	mem_free(site->mem, site, sizeof(*site));
}
