// SPDX-License-Identifier: MIT
/*
 * http_mem.c - a server's files in memory, and what their endings mean
 *
 * Theory of operation
 * ===================
 * A content is counted: the table refers to it, and so does everyone who has
 * it open.  A file that is replaced while a slow client reads it is therefore
 * read to the end as it was, never half and half.
 *
 * The tag is a hash of the content, so it is the same in every run and on
 * every host that serves the same octets.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"

#include "apps/ascii.h"
#include "apps/http_source.h"

struct content {
	struct mem *mem;
	uint32_t refs;
	size_t len;
	int64_t mtime_s;
	uint64_t tag;
	uint8_t octets[];
};

struct mem_file {
	struct list node;
	struct content *content;
	size_t path_size;
	char path[];
};

/* clang-format off */
static const struct {
	const char *ending, *type;
} types[] = {
	{".html",	"text/html; charset=utf-8"},
	{".htm",	"text/html; charset=utf-8"},
	{".css",	"text/css; charset=utf-8"},
	{".js",		"text/javascript; charset=utf-8"},
	{".txt",	"text/plain; charset=utf-8"},
	{".md",		"text/markdown; charset=utf-8"},
	{".csv",	"text/csv; charset=utf-8"},
	{".xml",	"application/xml"},
	{".json",	"application/json"},
	{".png",	"image/png"},
	{".jpg",	"image/jpeg"},
	{".jpeg",	"image/jpeg"},
	{".gif",	"image/gif"},
	{".webp",	"image/webp"},
	{".svg",	"image/svg+xml"},
	{".ico",	"image/vnd.microsoft.icon"},
	{".woff2",	"font/woff2"},
	{".pdf",	"application/pdf"},
	{".wasm",	"application/wasm"},
	{".mp4",	"video/mp4"},
};
/* clang-format on */

const char *http_type_of_path(const char *path)
{
	size_t i, n, len = strlen(path);

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		n = strlen(types[i].ending);
		if (len >= n && ascii_same(path + len - n, types[i].ending, n))
			return types[i].type;
	}
	return "application/octet-stream";
}

static void content_put(struct content *c)
{
	if (c && !--c->refs)
		mem_free(c->mem, c, sizeof(*c) + c->len);
}

static struct mem_file *find(struct http_mem *m, const char *path)
{
	struct mem_file *f;

	list_for_each_entry(f, &m->files, struct mem_file, node)
		if (strcmp(f->path, path) == 0)
			return f;
	return NULL;
}

/* Does some file lie below @path? */
static bool is_directory(struct http_mem *m, const char *path)
{
	size_t n = strlen(path);
	struct mem_file *f;

	if (!n)
		return true;
	list_for_each_entry(f, &m->files, struct mem_file, node)
		if (strncmp(f->path, path, n) == 0 && f->path[n] == '/')
			return true;
	return false;
}

static int mem_open(struct http_source *s, const char *path,
		    struct http_file *file)
{
	struct http_mem *m = container_of(s, struct http_mem, source);
	struct mem_file *f = find(m, path);

	if (!f)
		return is_directory(m, path) ? -EISDIR : -ENOENT;
	f->content->refs++;
	*file = (struct http_file){
		.source = s,
		.priv = f->content,
		.size = f->content->len,
		.mtime_s = f->content->mtime_s,
		.tag = f->content->tag,
	};
	return 0;
}

static long mem_read(struct http_file *file, uint64_t off, void *buf,
		     size_t len)
{
	struct content *c = file->priv;
	size_t n = off < c->len ? min_size(len, c->len - (size_t)off) : 0;

	if (n)
		memcpy(buf, c->octets + off, n);
	return (long)n;
}

static void mem_close(struct http_file *file)
{
	content_put(file->priv);
}

static const struct http_source_ops mem_ops = {
	.open = mem_open,
	.read = mem_read,
	.close = mem_close,
};

void http_mem_init(struct http_mem *m, struct mem *mem)
{
	m->source.ops = &mem_ops;
	m->mem = mem;
	list_init(&m->files);
}

static void file_free(struct http_mem *m, struct mem_file *f)
{
	list_del(&f->node);
	content_put(f->content);
	mem_free(m->mem, f, sizeof(*f) + f->path_size);
}

void http_mem_fini(struct http_mem *m)
{
	struct mem_file *f;

	while ((f = list_first_entry(&m->files, struct mem_file, node)))
		file_free(m, f);
}

static struct mem_file *file_new(struct http_mem *m, const char *path)
{
	size_t size = strlen(path) + 1;
	struct mem_file *f = mem_alloc(m->mem, sizeof(*f) + size);

	if (!f)
		return NULL;
	memcpy(f->path, path, size);
	f->path_size = size;
	list_add_tail(&m->files, &f->node);
	return f;
}

int http_mem_set(struct http_mem *m, const char *path, const void *octets,
		 size_t len, int64_t mtime_s)
{
	static const struct hash_key key = {{1, 2}}; /* no secret: a name */
	struct content *c = mem_alloc(m->mem, sizeof(*c) + len);
	struct mem_file *f = find(m, path);

	if (c && !f)
		f = file_new(m, path);
	if (!c || !f) {
		mem_free(m->mem, c, sizeof(*c) + len);
		return -ENOMEM;
	}
	c->mem = m->mem;
	c->refs = 1;
	c->len = len;
	c->mtime_s = mtime_s;
	if (len)
		memcpy(c->octets, octets, len);
	c->tag = siphash13(&key, c->octets, len);
	content_put(f->content);
	f->content = c;
	return 0;
}

int http_mem_del(struct http_mem *m, const char *path)
{
	struct mem_file *f = find(m, path);

	if (!f)
		return -ENOENT;
	file_free(m, f);
	return 0;
}
